using System.Security.Cryptography;
using System.Text;

namespace ResPrune.Cli.Tests.Hub;

/// <summary>A repository that a <see cref="FakeHub"/> serves.</summary>
internal sealed class FakeRepository
{
    /// <summary>Its name.</summary>
    public const string Name = "some-org/some-model";

    /// <summary>Its one commit.</summary>
    public string Commit { get; init; } = new('c', 40);

    /// <summary>Its files.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Files that the listing is wrong about: what it says their content is.</summary>
    public Dictionary<string, string> WrongHashes { get; } = [];

    /// <summary>Files that the listing is wrong about: what it says they measure.</summary>
    public Dictionary<string, long> WrongSizes { get; } = [];

    /// <summary>A small model in two shards, and files beside it that nobody wants.</summary>
    public static FakeRepository Model(int shardBytes = 300_000) => new()
    {
        Files =
        {
            ["config.json"] = Encoding.UTF8.GetBytes("""{"model_type":"llava"}"""),
            ["tokenizer.json"] = Encoding.UTF8.GetBytes("{}"),
            ["chat_template.jinja"] = Encoding.UTF8.GetBytes("{{ messages }}"),
            ["model.safetensors.index.json"] = Encoding.UTF8.GetBytes("""{"weight_map":{}}"""),
            ["model-00001-of-00002.safetensors"] = Noise(1, shardBytes),
            ["model-00002-of-00002.safetensors"] = Noise(2, shardBytes),
            ["README.md"] = Encoding.UTF8.GetBytes("# A model"),
            ["pytorch_model.bin"] = Noise(3, 100),
            ["modeling.py"] = Encoding.UTF8.GetBytes("import os"),
            ["onnx/model.safetensors"] = Noise(4, 100),
        },
    };

    /// <summary>Those of its files that a pull brings.</summary>
    public IEnumerable<string> Wanted => Files.Keys.Where(name =>
        !name.Contains('/', StringComparison.Ordinal)
        && (name.EndsWith(".json", StringComparison.Ordinal) || name.EndsWith(".safetensors", StringComparison.Ordinal)
            || name.EndsWith(".jinja", StringComparison.Ordinal)));

    /// <summary>Whether a file is in LFS.</summary>
    public static bool IsLarge(string name) => name.EndsWith(".safetensors", StringComparison.Ordinal) || name.EndsWith(".bin", StringComparison.Ordinal);

    /// <summary>What the hub says a file's content hashes to.</summary>
    public string HashOf(string name)
    {
        if (WrongHashes.TryGetValue(name, out var wrong)) return wrong;
        var content = Files[name];
        if (IsLarge(name)) return Convert.ToHexStringLower(SHA256.HashData(content));
#pragma warning disable CA5350 // Git's own hash.
        return Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350
    }

    /// <summary>What the hub says a file measures.</summary>
    public long SizeOf(string name) => WrongSizes.TryGetValue(name, out var wrong) ? wrong : Files[name].Length;

    private static byte[] Noise(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

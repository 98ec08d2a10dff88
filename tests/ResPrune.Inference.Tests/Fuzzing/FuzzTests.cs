using System.Text.Json.Nodes;
using ResPrune.Golden;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tests.Models;
using ResPrune.Inference.Tokenization;
using ResPrune.Inference.Weights;
using Xunit.Abstractions;

namespace ResPrune.Inference.Tests.Fuzzing;

/// <summary>Everything that reads a file somebody else wrote, before a tensor is made of it.</summary>
public sealed class FuzzTests(ITestOutputHelper output) : IDisposable
{
    private const int Targets = 5;
    private static readonly int Share = FuzzRun.Mutations / Targets;

    private readonly string _directory = Directory.CreateTempSubdirectory("resprune-fuzz").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Safetensors_files()
    {
        var path = Path.Combine(_directory, "model.safetensors");
        var files = Smallest(GoldenData.Files("resprune").Where(file => file.EndsWith(".safetensors", StringComparison.Ordinal)), 4);
        FuzzRun.Run(Share, files, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            using var file = SafetensorsFile.Open(path);
        }, output);
    }

    [Fact]
    public void Indexes_of_shards()
    {
        var path = Path.Combine(_directory, ShardIndex.FileName);
        var files = new List<(string Name, byte[] Bytes)>();
        foreach (var folder in GoldenData.Folders("models").Where(folder => File.Exists(Path.Combine(folder, ShardIndex.FileName))))
        {
            foreach (var shard in Directory.GetFiles(folder, "*.safetensors")) File.WriteAllBytes(Path.Combine(_directory, Path.GetFileName(shard)), []);
            files.Add((Path.GetFileName(folder), File.ReadAllBytes(Path.Combine(folder, ShardIndex.FileName))));
        }

        FuzzRun.Run(Share, files, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            ShardIndex.Read(path);
        }, output);
    }

    [Fact]
    public void Tokenizers()
    {
        var path = Path.Combine(_directory, TokenizerLoader.FileName);
        var files = GoldenData.Folders("tokenizers").Select(folder => (Path.GetFileName(folder), Shorten(Path.Combine(folder, TokenizerLoader.FileName)))).ToArray();
        FuzzRun.Run(Share, files, bytes =>
        {
            File.WriteAllBytes(path, bytes);
            var tokenizer = TokenizerLoader.Load(path);
            var ids = tokenizer.EncodeText("What's in\tthe <image> e\u0301\ud800 12?");
            tokenizer.Decode([.. tokenizer.Encode("a <s> b", addSpecialTokens: true), .. ids.Select(token => token.Id)], skipSpecialTokens: true);
        }, output);
    }

    [Fact]
    public void Checkpoint_settings()
    {
        var files = new List<(string Name, byte[] Bytes)>();
        foreach (var folder in ((IEnumerable<object[]>)GoldenModel.Folders()).Select(row => (string)row[0]))
        {
            Directory.CreateDirectory(Path.Combine(_directory, Path.GetFileName(folder)));
            foreach (var file in Directory.GetFiles(folder, "*config.json"))
            {
                File.Copy(file, Path.Combine(_directory, Path.GetFileName(folder), Path.GetFileName(file)));
                files.Add((Path.Combine(_directory, Path.GetFileName(folder), Path.GetFileName(file)), File.ReadAllBytes(file)));
            }
        }

        var next = 0;
        FuzzRun.Run(Share, files, bytes =>
        {
            // In step with the runner, which takes the files in turn.
            var (path, original) = files[next++ % files.Count];
            File.WriteAllBytes(path, bytes);
            try
            {
                var checkpoint = ModelFamilies.Open(Path.GetDirectoryName(path)!, needsWeights: false);
                checkpoint.CreateImageProcessor(maxMegapixels: 1).Layout(480, 640, default);
            }
            finally
            {
                File.WriteAllBytes(path, original);
            }
        }, output);
    }

    [Fact]
    public void Pictures()
    {
        var decoder = new ImageDecoder(maxMegapixels: 0.3);
        var files = Smallest([.. GoldenData.Files("images"), .. GoldenData.Files("decode")], int.MaxValue).Where(file => decoder.Decode(file.Bytes).TryGet(out _, out _)).ToArray();
        FuzzRun.Run(Share, files, bytes =>
        {
            if (decoder.Decode(bytes).TryGet(out var image, out var failure)) image.Dispose();
            else throw new ModelLoadException(failure.Message);
        }, output);
    }

    private static (string Name, byte[] Bytes)[] Smallest(IEnumerable<string> files, int count) =>
        [.. files.OrderBy(file => new FileInfo(file).Length).Take(count).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)))];

    /// <summary>A tokenizer with few enough pieces that thousands of damaged copies are read in seconds.</summary>
    private static byte[] Shorten(string path)
    {
        const int Merges = 30;
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        var model = json["model"]!.AsObject();
        var merges = model["merges"]!.AsArray();
        var made = merges.Skip(Merges).Select(merge => string.Concat(merge!.AsArray().Select(part => (string)part!))).ToHashSet(StringComparer.Ordinal);
        model["merges"] = new JsonArray([.. merges.Take(Merges).Select(merge => merge!.DeepClone())]);
        model["vocab"] = new JsonObject(model["vocab"]!.AsObject().Where(piece => !made.Contains(piece.Key)).Select(piece => KeyValuePair.Create(piece.Key, (JsonNode?)piece.Value!.DeepClone())));
        return System.Text.Encoding.UTF8.GetBytes(json.ToJsonString());
    }
}

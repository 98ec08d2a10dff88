using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using ResPrune.Inference.Tests.Models;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.Tests.Weights;

/// <summary>A reference checkpoint in a folder of its own, to be cut up and damaged.</summary>
internal sealed class CheckpointFolder : IDisposable
{
    private const string SingleFile = "model.safetensors";

    /// <param name="source">The checkpoint to copy; null takes the first there is.</param>
    public CheckpointFolder(string? source = null)
    {
        // Written anew: a copy would be as read-only as the reference may be.
        foreach (var file in Directory.GetFiles(source ?? All[0])) File.WriteAllBytes(In(System.IO.Path.GetFileName(file)), File.ReadAllBytes(file));
    }

    /// <summary>Folders of all reference checkpoints.</summary>
    public static IReadOnlyList<string> All => [.. ((IEnumerable<object[]>)GoldenModel.Folders()).Select(row => (string)row[0])];

    /// <summary>Where it lies.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("resprune-weights-").FullName;

    /// <summary>Path of the index.</summary>
    public string Index => In(ShardIndex.FileName);

    /// <summary>Names of the weight files, in order.</summary>
    public IReadOnlyList<string> WeightFiles => [.. Directory.GetFiles(Path, "*.safetensors").Select(file => System.IO.Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Every stored tensor with its bytes.</summary>
    public IReadOnlyList<(SafetensorsEntry Entry, byte[] Bytes)> Tensors()
    {
        var tensors = new List<(SafetensorsEntry, byte[])>();
        foreach (var name in WeightFiles)
        {
            using var file = SafetensorsFile.Open(In(name));
            tensors.AddRange(file.Entries.Values.Select(entry => (entry, file.Bytes(entry.Offset, (int)entry.Length).ToArray())));
        }

        return tensors;
    }

    /// <summary>Stores the weights in one file.</summary>
    public CheckpointFolder Join(IEnumerable<(SafetensorsEntry Entry, byte[] Bytes)>? tensors = null)
    {
        var content = (tensors ?? Tensors()).ToList();
        foreach (var name in WeightFiles) File.Delete(In(name));
        File.Delete(Index);
        Write(In(SingleFile), content);
        return this;
    }

    /// <summary>Stores the weights in several files with an index, tensors dealt out in turn.</summary>
    public CheckpointFolder Split(int shards, IEnumerable<(SafetensorsEntry Entry, byte[] Bytes)>? tensors = null)
    {
        var content = (tensors ?? Tensors()).ToList();
        foreach (var name in WeightFiles) File.Delete(In(name));
        var map = new JsonObject();
        for (var i = 0; i < shards; i++)
        {
            var name = $"model-{i + 1:D5}-of-{shards:D5}.safetensors";
            var part = content.Where((_, index) => index % shards == i).ToList();
            Write(In(name), part);
            foreach (var (entry, _) in part) map[entry.Name] = name;
        }

        File.WriteAllText(Index, new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map }.ToJsonString());
        return this;
    }

    /// <summary>Changes a JSON file.</summary>
    public void Edit(string file, Action<JsonObject> change)
    {
        var root = JsonNode.Parse(File.ReadAllText(In(file)))!.AsObject();
        change(root);
        File.WriteAllText(In(file), root.ToJsonString());
    }

    /// <summary>Writes a safetensors file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="tensors">The tensors; their offsets are not looked at.</param>
    /// <param name="padding">Spaces behind the header, which move the data.</param>
    public static void Write(string path, IEnumerable<(SafetensorsEntry Entry, byte[] Bytes)> tensors, int padding = 0)
    {
        var header = new JsonObject();
        using var data = new MemoryStream();
        foreach (var (entry, bytes) in tensors)
        {
            header[entry.Name] = new JsonObject
            {
                ["dtype"] = entry.DType.ToString(),
                ["shape"] = new JsonArray([.. entry.Shape.Select(size => JsonValue.Create(size))]),
                ["data_offsets"] = new JsonArray(data.Length, data.Length + bytes.Length),
            };
            data.Write(bytes);
        }

        var json = Encoding.UTF8.GetBytes(header.ToJsonString());
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)(json.Length + padding));
        File.WriteAllBytes(path, [.. prefix, .. json, .. Enumerable.Repeat((byte)' ', padding), .. data.ToArray()]);
    }

    /// <summary>Writes a file of one long tensor of zeros as a hole, which takes no room on the disk.</summary>
    /// <param name="path">Where.</param>
    /// <param name="type">Its type.</param>
    /// <param name="count">Its elements.</param>
    /// <param name="lastBytes">What it ends with.</param>
    public static void WriteHollow(string path, SafetensorsDType type, long count, byte[] lastBytes)
    {
        var entry = new SafetensorsEntry("hollow", type, [count], 0, 0);
        var length = count * entry.ElementSize;
        var json = Encoding.UTF8.GetBytes($$"""{"hollow":{"dtype":"{{type}}","shape":[{{count}}],"data_offsets":[0,{{length}}] } }""".PadRight(120));
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)json.Length);
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        stream.Write([.. prefix, .. json]);
        stream.SetLength(stream.Length + length);
        stream.Seek(-lastBytes.Length, SeekOrigin.End);
        stream.Write(lastBytes);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

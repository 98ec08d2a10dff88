using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Weights;

/// <summary>Reads and checks the header of a safetensors file.</summary>
internal static class SafetensorsHeader
{
    /// <summary>The format's own cap.</summary>
    private const long MaxHeaderBytes = 100_000_000;

    public static Dictionary<string, SafetensorsEntry> Read(string path, SafeFileHandle handle, long fileLength)
    {
        if (fileLength < 8)
        {
            var instead = FileStandIn.Describe(path) ?? $"{fileLength} bytes are too few for a safetensors file; download it again";
            throw new ModelLoadException($"{path}: {instead}.");
        }

        Span<byte> prefix = stackalloc byte[8];
        if (RandomAccess.Read(handle, prefix, 0) != prefix.Length) throw new ModelLoadException($"{path}: cannot be read.");
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > MaxHeaderBytes || (long)headerLength > fileLength - 8)
        {
            var instead = FileStandIn.Describe(path)
                ?? $"the header claims {headerLength} bytes in a file of {fileLength}; it is truncated or not a safetensors file. Download it again";
            throw new ModelLoadException($"{path}: {instead}.");
        }

        var json = new byte[headerLength];
        if (RandomAccess.Read(handle, json, 8) != json.Length) throw new ModelLoadException($"{path}: ends inside its header.");
        return Parse(path, json, 8 + (long)headerLength, fileLength);
    }

    private static Dictionary<string, SafetensorsEntry> Parse(string path, byte[] json, long dataStart, long fileLength)
    {
        var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__") continue;
                if (!entries.TryAdd(property.Name, ParseEntry(path, property, dataStart, fileLength)))
                    throw new ModelLoadException($"{path}: tensor '{property.Name}' is listed twice.");
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new ModelLoadException($"{path}: {FileStandIn.Describe(path) ?? $"the header is malformed: {exception.Message} Download it again"}.", exception);
        }

        CheckCoverage(path, entries.Values, dataStart, fileLength);
        return entries;
    }

    private static SafetensorsEntry ParseEntry(string path, JsonProperty property, long dataStart, long fileLength)
    {
        var name = property.Name;
        var typeName = property.Value.GetProperty("dtype").GetString();
        // By name only: TryParse would take "3" for the fourth type.
        if (!Enum.GetNames<SafetensorsDType>().Contains(typeName) || !Enum.TryParse<SafetensorsDType>(typeName, out var type))
            throw QuantizedCheckpoint.RefuseType(path, name, typeName);

        var shape = property.Value.GetProperty("shape").EnumerateArray().Select(dimension => dimension.GetInt64()).ToArray();
        var offsets = property.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        if (shape.Length > 8 || shape.Any(dimension => dimension < 0))
            throw new ModelLoadException($"{path}: tensor '{name}' has the impossible shape [{string.Join(", ", shape)}].");
        if (offsets is not [var begin, var end] || begin < 0 || end < begin || end > fileLength - dataStart)
        {
            throw new ModelLoadException(
                $"{path}: tensor '{name}' lies at bytes [{string.Join(", ", offsets)}] of {fileLength - dataStart}; "
                + "the file is truncated or damaged, download it again.");
        }

        var expected = ByteLength(shape, type);
        if (expected != end - begin)
        {
            throw new ModelLoadException(
                $"{path}: tensor '{name}' of shape [{string.Join(", ", shape)}] and dtype {type} needs {expected} bytes and has {end - begin}.");
        }

        return new SafetensorsEntry(name, type, shape, dataStart + begin, end - begin);
    }

    private static Int128 ByteLength(long[] shape, SafetensorsDType type)
    {
        Int128 count = 1;
        foreach (var dimension in shape) count = Int128.Min(count * dimension, long.MaxValue);
        return count * type switch
        {
            SafetensorsDType.F16 or SafetensorsDType.BF16 => 2,
            SafetensorsDType.F32 or SafetensorsDType.I32 => 4,
            _ => 8,
        };
    }

    private static void CheckCoverage(string path, IEnumerable<SafetensorsEntry> entries, long dataStart, long fileLength)
    {
        var position = dataStart;
        SafetensorsEntry? previous = null;
        foreach (var entry in entries.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Length))
        {
            if (entry.Offset < position)
                throw new ModelLoadException($"{path}: tensors '{previous?.Name}' and '{entry.Name}' overlap: the file is damaged, download it again.");
            if (entry.Offset > position)
                throw new ModelLoadException($"{path}: {entry.Offset - position} bytes before tensor '{entry.Name}' belong to no tensor: the file is damaged, download it again.");
            position = entry.Offset + entry.Length;
            previous = entry;
        }

        if (position != fileLength)
            throw new ModelLoadException($"{path}: {fileLength - position} bytes after the last tensor belong to no tensor: the file is damaged, download it again.");
    }
}

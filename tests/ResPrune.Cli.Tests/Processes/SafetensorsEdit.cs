using System.Buffers.Binary;
using System.Text.Json.Nodes;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>Rewrites a safetensors file with something wrong in its header, the data left as it is.</summary>
internal static class SafetensorsEdit
{
    /// <summary>Changes the header.</summary>
    public static void Header(string path, Action<JsonObject> change)
    {
        var bytes = File.ReadAllBytes(path);
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var header = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
        change(header);
        var changed = System.Text.Encoding.UTF8.GetBytes(header.ToJsonString());
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)changed.Length);
        File.WriteAllBytes(path, [.. prefix, .. changed, .. bytes[(8 + length)..]]);
    }

    /// <summary>Whether a file holds such a matrix as <see cref="Oblong"/> names, and others.</summary>
    public static bool HasOblong(string path)
    {
        var found = false;
        Header(path, header => found = header.Count > 2 && header.Any(IsOblong));
        return found;
    }

    /// <summary>Name of some matrix that is not square, so that its transpose is another shape of the same size.</summary>
    public static string Oblong(JsonObject header) => header.First(IsOblong).Key;

    private static bool IsOblong(KeyValuePair<string, JsonNode?> tensor) =>
        tensor.Value!["shape"] is JsonArray { Count: 2 } shape && shape[0]!.GetValue<long>() != shape[1]!.GetValue<long>();
}

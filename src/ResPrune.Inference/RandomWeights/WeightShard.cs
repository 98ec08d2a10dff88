using System.Buffers.Binary;
using System.Text.Json;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.RandomWeights;

/// <summary>One safetensors file of bfloat16 tensors that is to be written.</summary>
/// <param name="FileName">Its name.</param>
/// <param name="Tensors">What it holds, under published names.</param>
internal sealed record WeightShard(string FileName, IReadOnlyList<WeightShape> Tensors)
{
    /// <summary>Bytes of a tensor.</summary>
    public static long Bytes(WeightShape tensor) => 2 * tensor.Count;

    /// <summary>Distributes tensors over files of at most so many bytes (a larger tensor has one for itself), named as transformers does.</summary>
    public static IReadOnlyList<WeightShard> Plan(IEnumerable<WeightShape> tensors, long maxBytes)
    {
        var parts = new List<List<WeightShape>>();
        var room = 0L;
        foreach (var tensor in tensors)
        {
            if (parts.Count == 0 || Bytes(tensor) > room)
            {
                parts.Add([]);
                room = maxBytes;
            }

            parts[^1].Add(tensor);
            room -= Bytes(tensor);
        }

        if (parts is [var whole]) return [new WeightShard("model.safetensors", whole)];
        return [.. parts.Select((part, i) => new WeightShard($"model-{i + 1:00000}-of-{parts.Count:00000}.safetensors", part))];
    }

    /// <summary>The file's first bytes, up to the first tensor.</summary>
    public byte[] Header()
    {
        using var content = new MemoryStream();
        content.Write(new byte[sizeof(ulong)]);
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            var offset = 0L;
            foreach (var tensor in Tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", nameof(SafetensorsDType.BF16));
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += Bytes(tensor));
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // The data begins at a multiple of 8, as the format's own writer has it.
        while (content.Length % 8 != 0) content.WriteByte((byte)' ');
        var header = content.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(header, (ulong)(header.Length - sizeof(ulong)));
        return header;
    }
}

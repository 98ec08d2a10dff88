using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace ResPrune.TinyModel.Export;

/// <summary>Writes tensors as float16 in the safetensors format (<c>huggingface/safetensors</c>, README "Format").</summary>
internal static class SafetensorsWriter
{
    /// <summary>Writes a file; tensors keep their order.</summary>
    /// <exception cref="InvalidDataException">A value does not fit float16.</exception>
    public static void Write(string path, IReadOnlyList<(string Name, long[] Shape, ReadOnlyMemory<float> Values)> tensors)
    {
        var header = Header(tensors);
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (var (name, _, values) in tensors)
        {
            var halves = new Half[values.Length];
            for (var i = 0; i < halves.Length; i++)
            {
                halves[i] = (Half)values.Span[i];
                if (!Half.IsFinite(halves[i]))
                    throw new InvalidDataException($"{name}: value {i} is {values.Span[i]}, which float16 cannot hold.");
            }

            stream.Write(MemoryMarshal.AsBytes(halves.AsSpan()));
        }
    }

    private static byte[] Header(IReadOnlyList<(string Name, long[] Shape, ReadOnlyMemory<float> Values)> tensors)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            long offset = 0;
            foreach (var (name, shape, values) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", "F16");
                json.WriteStartArray("shape");
                foreach (var size in shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset += values.Length * 2L;
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        // The data begins at a multiple of 8, so that readers may map it.
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        return buffer.ToArray();
    }
}

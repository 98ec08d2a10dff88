using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ResPrune.Inference.Weights;

/// <summary>
/// Writes a LLaVA-1.5 folder with random bfloat16 weights, for measuring speed at real widths without a download. Its answers mean nothing.
/// </summary>
public static class RandomCheckpoint
{
    /// <summary>Standard deviation that Hugging Face initialises linear layers with.</summary>
    private const float Spread = 0.02f;

    private const int BufferBytes = 1 << 20;

    /// <summary>Writes config, image processor settings, tokenizer and weights.</summary>
    /// <param name="directory">An existing folder.</param>
    /// <param name="shape">Widths and depths.</param>
    /// <param name="tokenizerDirectory">A checkpoint folder whose tokenizer, and whose id for the picture's place, are taken over.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="cancellationToken">Stops the writing; what was written stays.</param>
    public static async Task WriteAsync(
        string directory, CheckpointShape shape, string tokenizerDirectory, long seed, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentException.ThrowIfNullOrEmpty(tokenizerDirectory);
        string In(string name) => Path.Combine(directory, name);
        var like = await File.ReadAllTextAsync(Path.Combine(tokenizerDirectory, "config.json"), cancellationToken).ConfigureAwait(false);
        var config = Config(shape, imageToken: JsonNode.Parse(like)!["image_token_index"]!.GetValue<int>());
        File.Copy(Path.Combine(tokenizerDirectory, "tokenizer.json"), In("tokenizer.json"));
        await File.WriteAllTextAsync(In("config.json"), config.ToJsonString(), cancellationToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(In("preprocessor_config.json"), Preprocessor(shape).ToJsonString(), cancellationToken)
            .ConfigureAwait(false);
        var tensors = RandomCheckpointTensor.AllOf(shape).ToList();
        await WriteWeightsAsync(In("model.safetensors"), tensors, seed, cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteWeightsAsync(
        string path, List<RandomCheckpointTensor> tensors, long seed, CancellationToken cancellationToken)
    {
        var random = new Random((int)seed);
        var buffer = new byte[BufferBytes];
        var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await using (stream.ConfigureAwait(false))
        {
            await stream.WriteAsync(Header(tensors), cancellationToken).ConfigureAwait(false);
            foreach (var tensor in tensors)
            {
                for (var left = tensor.Bytes; left > 0;)
                {
                    var part = (int)Math.Min(left, buffer.Length);
                    Fill(buffer.AsSpan(0, part), tensor.Fixed, random);
                    await stream.WriteAsync(buffer.AsMemory(0, part), cancellationToken).ConfigureAwait(false);
                    left -= part;
                }
            }
        }
    }

    /// <summary>Values of the wanted spread: a uniform distribution, because a normal one would take longer than the measurement.</summary>
    private static void Fill(Span<byte> bytes, float? value, Random random)
    {
        var values = MemoryMarshal.Cast<byte, ushort>(bytes);
        if (value is { } constant)
        {
            values.Fill(BFloat16(constant));
            return;
        }

        random.NextBytes(bytes);
        var half = Spread * MathF.Sqrt(3);
        foreach (ref var bits in values) bits = BFloat16(half * (((int)bits - short.MaxValue) / (float)short.MaxValue));
    }

    // The upper half of a float32, cut off: how these weights are rounded does not matter.
    private static ushort BFloat16(float value) => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16);

    private static byte[] Header(List<RandomCheckpointTensor> tensors)
    {
        using var content = new MemoryStream();
        content.Write(new byte[sizeof(ulong)]);
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            var offset = 0L;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", nameof(SafetensorsDType.BF16));
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape) json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Bytes);
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

    private static JsonObject Config(CheckpointShape shape, int imageToken) => new()
    {
        ["architectures"] = new JsonArray("LlavaForConditionalGeneration"),
        ["model_type"] = "llava",
        ["image_token_index"] = imageToken,
        ["torch_dtype"] = "bfloat16",
        ["text_config"] = new JsonObject
        {
            ["model_type"] = "llama",
            ["hidden_size"] = shape.Width,
            ["intermediate_size"] = shape.MlpWidth,
            ["num_hidden_layers"] = shape.Layers,
            ["num_attention_heads"] = shape.Heads,
            ["vocab_size"] = shape.VocabularySize,
            ["max_position_embeddings"] = shape.ContextLength,
            ["rms_norm_eps"] = 1e-5,
        },
        ["vision_config"] = new JsonObject
        {
            ["model_type"] = "clip_vision_model",
            ["hidden_size"] = shape.VisionWidth,
            ["intermediate_size"] = shape.VisionMlpWidth,
            ["num_hidden_layers"] = shape.VisionLayers,
            ["num_attention_heads"] = shape.VisionHeads,
            ["image_size"] = shape.ImageSize,
            ["patch_size"] = shape.PatchSize,
        },
    };

    private static JsonObject Preprocessor(CheckpointShape shape) => new()
    {
        ["image_processor_type"] = "CLIPImageProcessor",
        ["size"] = new JsonObject { ["shortest_edge"] = shape.ImageSize },
        ["crop_size"] = new JsonObject { ["height"] = shape.ImageSize, ["width"] = shape.ImageSize },
        ["image_mean"] = new JsonArray(0.48145466, 0.4578275, 0.40821073),
        ["image_std"] = new JsonArray(0.26862954, 0.26130258, 0.27577711),
    };
}

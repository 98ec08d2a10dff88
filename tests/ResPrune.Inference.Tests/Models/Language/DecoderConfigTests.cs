using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Language;

namespace ResPrune.Inference.Tests.Models.Language;

public sealed class DecoderConfigTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("resprune-decoder").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_a_mistral_config_leaves_out_has_mistrals_default()
    {
        var config = Read("""{"model_type": "mistral", "sliding_window": null}""");
        Assert.Equal((32000, 4096, 14336, 32, 32, 8, 128), (config.VocabularySize, config.HiddenSize, config.IntermediateSize, config.Layers, config.Heads, config.KeyValueHeads, config.HeadSize));
        Assert.Equal((131072, 1e-6, 1e4), (config.ContextLength, config.RmsNormEpsilon, config.RopeTheta));
    }

    [Fact]
    public void What_a_llama_config_leaves_out_has_llamas_default()
    {
        var config = Read("""{"num_attention_heads": 16}""");
        Assert.Equal((32000, 4096, 11008, 32, 16, 16, 256), (config.VocabularySize, config.HiddenSize, config.IntermediateSize, config.Layers, config.Heads, config.KeyValueHeads, config.HeadSize));
        Assert.Equal((2048, 1e-6, 1e4), (config.ContextLength, config.RmsNormEpsilon, config.RopeTheta));
    }

    [Theory]
    [InlineData("", 4096)] // Left out, it has Mistral's default.
    [InlineData(", \"sliding_window\": null", 32768)]
    [InlineData(", \"sliding_window\": 65536", 32768)]
    [InlineData(", \"sliding_window\": 1024", 1024)]
    public void A_window_of_attention_bounds_the_context(string window, int context) =>
        Assert.Equal(context, Read($"{{\"model_type\": \"mistral\", \"max_position_embeddings\": 32768{window}}}").ContextLength);

    [Fact]
    public void The_base_of_the_rotary_angles_may_stand_in_rope_parameters()
    {
        Assert.Equal(5e5, Read("""{"rope_theta": 5e5}""").RopeTheta);
        Assert.Equal(1e6, Read("""{"model_type": "mistral", "rope_parameters": {"rope_type": "default", "rope_theta": 1e6}}""").RopeTheta);
    }

    [Theory]
    [InlineData("model_type", """{"model_type": "qwen2"}""")]
    [InlineData("rope_type", """{"rope_scaling": {"rope_type": "llama3", "factor": 8.0}}""")]
    [InlineData("rope_type", """{"rope_scaling": {"type": "linear", "factor": 2.0}}""")]
    [InlineData("sliding_window", """{"model_type": "mistral", "sliding_window": 0}""")]
    [InlineData("num_key_value_heads", """{"model_type": "mistral", "num_attention_heads": 12}""")]
    [InlineData("hidden_act", """{"hidden_act": "gelu"}""")]
    public void What_is_not_done_is_refused_by_name(string field, string json) =>
        Assert.Contains(field, Assert.Throws<ModelLoadException>(() => Read(json)).Message, StringComparison.Ordinal);

    private DecoderConfig Read(string json)
    {
        var path = Path.Combine(_directory, "config.json");
        File.WriteAllText(path, json);
        return DecoderConfig.Read(JsonField.Load(path));
    }
}

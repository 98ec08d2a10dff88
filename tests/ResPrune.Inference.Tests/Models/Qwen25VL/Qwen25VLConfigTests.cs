using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Qwen25VL;

namespace ResPrune.Inference.Tests.Models.Qwen25VL;

public sealed class Qwen25VLConfigTests : IDisposable
{
    private const string Rope = """ "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]} """;

    private readonly string _directory = Directory.CreateTempSubdirectory("resprune-qwen").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void FieldsMayStandAtTheRootOrInATextConfig()
    {
        const string Text = """ "hidden_size": 2048, "num_attention_heads": 16, "num_key_value_heads": 2, "tie_word_embeddings": true, """;
        var flat = Read(
            $$"""
            {"model_type": "qwen2_5_vl", "vision_config": {"out_hidden_size": 2048, "hidden_size": 1280}, {{Text}} {{Rope}}, "rope_theta": 5e5}
            """);
        var nested = Read(
            $$$"""
            {"vision_config": {"out_hidden_size": 2048, "hidden_size": 1280}, "text_config": { {{{Text}}} "rope_parameters":
             {"type": "mrope", "rope_type": "default", "rope_theta": 5e5, "mrope_section": [16, 24, 24]} } }
            """);
        Assert.Equal([16, 24, 24], flat.Text.MropeSection!);
        Assert.Equal([16, 24, 24], nested.Text.MropeSection!);
        Assert.Equal(flat.Text with { MropeSection = null }, nested.Text with { MropeSection = null });
        Assert.Equal((128, 2, 5e5, true, true), (flat.Text.HeadSize, flat.Text.KeyValueHeads, flat.Text.RopeTheta, flat.Text.TieWordEmbeddings, flat.Text.QueryKeyValueBias));
    }

    [Fact]
    public void WhatIsAbsentHasTransformersDefault()
    {
        var config = Read($$"""{"vision_config": {"out_hidden_size": 8192}, {{Rope}}}""");
        Assert.Equal((152064, 8192, 29568, 80, 64, 8), (config.Text.VocabularySize, config.Text.HiddenSize, config.Text.IntermediateSize, config.Text.Layers, config.Text.Heads, config.Text.KeyValueHeads));
        Assert.Equal((32768, 1e-5, 1e6, false), (config.Text.ContextLength, config.Text.RmsNormEpsilon, config.Text.RopeTheta, config.Text.TieWordEmbeddings));
        Assert.Equal((151655, 151645), (config.ImageTokenId, Assert.Single(config.EosTokenIds)));
        Assert.Equal((32, 3584, 3420, 16, 14, 2, 2, 4), (config.Vision.Layers, config.Vision.HiddenSize, config.Vision.IntermediateSize, config.Vision.Heads, config.Vision.PatchSize, config.Vision.TemporalPatchSize, config.Vision.MergeSize, config.Vision.WindowSide));
        Assert.Equal([7, 15, 23, 31], config.Vision.FullAttentionLayers.Order());
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void EmbeddingsAreTiedWhereTheRootOrTheTextConfigSaysSo(bool root, bool text)
    {
        var json = $$$"""
            {"vision_config": {"out_hidden_size": 8192}, "tie_word_embeddings": {{{(root ? "true" : "false")}}},
             "text_config": {"tie_word_embeddings": {{{(text ? "true" : "false")}}}, {{{Rope}}} } }
            """;
        Assert.True(Read(json).Text.TieWordEmbeddings);
    }

    [Fact]
    public void AProcessorConfigMayHoldTheImageProcessor()
    {
        Write("config.json", $$"""{"vision_config": {"out_hidden_size": 8192}, {{Rope}}}""");
        Write("processor_config.json", """{"image_processor": {"image_processor_type": "Qwen2VLImageProcessor", "merge_size": 4}}""");
        var refused = Assert.Throws<ModelLoadException>(() => new Qwen25VLFamily().Open(_directory));
        Assert.Contains("/processor_config.json", refused.Message);
        Assert.Contains("merge_size", refused.Message);
    }

    [Fact]
    public void TheGenerationConfigNamesTheEnds()
    {
        File.WriteAllText(Path.Combine(_directory, "generation_config.json"), """{"eos_token_id": [151645, 151643]}""");
        Assert.Equal([151645, 151643], Read($$"""{"vision_config": {"out_hidden_size": 8192}, {{Rope}}, "eos_token_id": 7}""").EosTokenIds);
    }

    [Theory]
    [InlineData(""" {"hidden_size": 64} """, "vision_config")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192}} """, "rope_scaling")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192}, "rope_scaling": {"type": "yarn", "mrope_section": [16, 24, 24]}} """, "yarn")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192}, "text_config": {"rope_parameters": {"rope_type": "yarn", "type": "mrope", "mrope_section": [16, 24, 24]}}} """, "text_config.rope_parameters.rope_type")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192}, "rope_scaling": {"type": "mrope", "mrope_section": [16, 24]}} """, "mrope_section")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192}, "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 25]}} """, "add up to 64")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192}, "use_sliding_window": true} """, "use_sliding_window")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192}, "hidden_act": "gelu"} """, "hidden_act")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192}, "num_key_value_heads": 7} """, "num_key_value_heads")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192, "in_chans": 4}} """, "vision_config.in_chans")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192, "spatial_patch_size": 16}} """, "spatial_patch_size")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192, "window_size": 27}} """, "window_size")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192, "num_heads": 5}} """, "num_heads")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192, "depth": 31}} """, "fullatt_block_indexes")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 64}, "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}} """, "out_hidden_size")]
    [InlineData(""" {"vision_config": {"out_hidden_size": 8192}, "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}, "vocab_size": 9} """, "image_token_id")]
    public void WhatCannotBeServedIsRefusedByField(string json, string named)
    {
        var refused = Assert.Throws<ModelLoadException>(() => Read(json));
        Assert.Contains("config.json", refused.Message);
        Assert.Contains(named, refused.Message);
    }

    [Theory]
    [InlineData("""{"image_processor_type": "Qwen2VLImageProcessor"}""", 3136, 1003520)]
    [InlineData("""{"image_processor_type": "Qwen2VLImageProcessorFast", "min_pixels": 784, "max_pixels": 12845056}""", 784, 12845056)]
    [InlineData("""{"image_processor_type": "Qwen2VLImageProcessor", "size": {"shortest_edge": 784, "longest_edge": 12845056}}""", 784, 12845056)]
    [InlineData("""{"image_processor_type": "Qwen2VLImageProcessor", "size": {"min_pixels": 784, "max_pixels": 12845056}}""", 784, 12845056)]
    [InlineData("""{"image_processor_type": "Qwen2VLImageProcessor", "size": {"shortest_edge": 1, "longest_edge": 2}, "min_pixels": 784, "max_pixels": 1000}""", 784, 1000)]
    public void BoundsAreReadInEveryForm(string json, int minimum, int maximum)
    {
        var config = Qwen25VLImageProcessorConfig.ReadProcessor(JsonField.Load(Write("preprocessor_config.json", json)));
        Assert.Equal((minimum, maximum), (config.MinPixels, config.MaxPixels));
        Assert.Equal((14, 2, 2), (config.PatchSize, config.TemporalPatchSize, config.MergeSize));
    }

    [Theory]
    [InlineData("""{"image_processor_type": "CLIPImageProcessor"}""", "image_processor_type")]
    [InlineData("""{"image_processor_type": "Qwen2VLImageProcessor", "do_resize": false}""", "do_resize")]
    [InlineData("""{"image_processor_type": "Qwen2VLImageProcessor", "min_pixels": 5, "max_pixels": 4}""", "min_pixels")]
    [InlineData("""{"image_processor_type": "Qwen2VLImageProcessor", "min_pixels": 0}""", "min_pixels")]
    public void ProcessorsThatCannotBeServedAreRefusedByField(string json, string named)
    {
        var refused = Assert.Throws<ModelLoadException>(() => Qwen25VLImageProcessorConfig.ReadProcessor(JsonField.Load(Write("preprocessor_config.json", json))));
        Assert.Contains($"preprocessor_config.json: field '{named}'", refused.Message);
    }

    [Fact]
    public void AProcessorOfOtherPatchesThanTheEncoderIsRefused()
    {
        Write("config.json", $$"""{"vision_config": {"out_hidden_size": 8192}, {{Rope}}}""");
        Write("preprocessor_config.json", """{"image_processor_type": "Qwen2VLImageProcessor", "merge_size": 4}""");
        var refused = Assert.Throws<ModelLoadException>(() => new Qwen25VLFamily().Open(_directory));
        Assert.Contains("merge_size", refused.Message);
    }

    private Qwen25VLConfig Read(string json)
    {
        Write("config.json", json);
        return Qwen25VLConfig.Read(_directory);
    }

    private string Write(string name, string json)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, json);
        return path;
    }
}

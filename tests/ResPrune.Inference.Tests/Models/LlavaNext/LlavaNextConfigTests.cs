using System.Text.Json.Nodes;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Models.LlavaNext;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.Tests.Models.LlavaNext;

public sealed class LlavaNextConfigTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("resprune-next").FullName;

    /// <summary>llava-v1.6-mistral-7b's in the short form, which leaves out what equals a default.</summary>
    private readonly JsonObject _config = Parse(
        """
        {"architectures": ["LlavaNextForConditionalGeneration"], "model_type": "llava_next", "image_token_index": 32000,
         "text_config": {"model_type": "mistral", "max_position_embeddings": 32768, "rms_norm_eps": 1e-05, "rope_theta": 1000000.0,
          "sliding_window": null, "vocab_size": 32064},
         "vision_config": {"model_type": "clip_vision_model", "hidden_size": 1024, "image_size": 336, "intermediate_size": 4096,
          "num_attention_heads": 16, "num_hidden_layers": 24, "patch_size": 14}}
        """);

    private readonly JsonObject _images = Parse(
        """{"image_processor_type": "LlavaNextImageProcessor", "size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}}""");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_short_form_and_the_full_one_say_the_same()
    {
        var brief = Read();
        Assert.Equal((24, -2, 32000, true, 2), (brief.PatchesASide, brief.Llava.VisionFeatureLayer, brief.Llava.ImageTokenId, brief.Llava.ProjectorBias, Assert.Single(brief.Llava.EosTokenIds)));
        Assert.Equal([(336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)], brief.Images.Pinpoints);

        // transformers 5 writes everything, some of it elsewhere.
        _config["image_token_id"] = 32000;
        _config["multimodal_projector_bias"] = true;
        _config["projector_hidden_act"] = "gelu";
        _config["vision_feature_layer"] = -2;
        _config["vision_feature_select_strategy"] = "default";
        _config["image_grid_pinpoints"] = JsonNode.Parse("[[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]");
        var text = _config["text_config"]!.AsObject();
        text.Remove("rope_theta");
        text["rope_parameters"] = Parse("""{"rope_theta": 1000000.0, "rope_type": "default"}""");
        text["hidden_size"] = 4096;
        text["intermediate_size"] = 14336;
        text["num_hidden_layers"] = 32;
        text["num_attention_heads"] = 32;
        text["num_key_value_heads"] = 8;
        text["head_dim"] = 128;
        text["eos_token_id"] = 2;
        var full = Read();
        Assert.Equal(brief.Llava.Text, full.Llava.Text);
        Assert.Equal(brief.Llava.Vision, full.Llava.Vision);
        Assert.Equal(brief.Images.Pinpoints, full.Images.Pinpoints);
        Assert.Equal(brief.TextModelType, full.TextModelType);
    }

    [Theory]
    [InlineData("vision_feature_select_strategy", "\"full\"")]
    [InlineData("vision_feature_layer", "[-2, -5]")]
    [InlineData("use_image_newline_parameter", "false")]
    [InlineData("projector_hidden_act", "\"relu\"")]
    [InlineData("image_grid_pinpoints", "[[672, 672]]")]
    [InlineData("image_grid_pinpoints[0]", "[[600, 672]]")]
    [InlineData("image_token_index", "40000")]
    [InlineData("vision_config", "null")]
    [InlineData("text_config", "null")]
    public void What_is_not_done_is_refused_by_field(string field, string value)
    {
        _config[field.Split('[')[0]] = JsonNode.Parse(value);
        Assert.Contains($"'{field}'", Assert.Throws<ModelLoadException>(Read).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tiles_must_be_what_the_encoder_takes()
    {
        _images["size"] = 224;
        _images["crop_size"] = 224;
        _images["image_grid_pinpoints"] = JsonNode.Parse("[[448, 448]]");
        Assert.Contains("224×224, the vision encoder takes 336×336", Assert.Throws<ModelLoadException>(Read).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void The_names_of_transformers_5_mean_the_same_weights(string directory)
    {
        var checkpoint = ModelFamilies.Open(directory);
        foreach (var path in Directory.GetFiles(directory, "*.safetensors"))
        {
            using var file = SafetensorsFile.Open(path);
            Assert.All(file.Entries.Keys.Select(checkpoint.CanonicalName), name => Assert.Equal(name, checkpoint.CanonicalName(Renamed(name!))));
        }

        Assert.Null(checkpoint.CanonicalName("language_model.model.layers.0.self_attn.rotary_emb.inv_freq"));
        Assert.Null(checkpoint.CanonicalName("model.vision_tower.vision_model.embeddings.position_ids"));
    }

    public static TheoryData<string> Folders() => GoldenModel.Folders(LlavaNextConfig.ModelType);

    /// <summary>HF's <c>_checkpoint_conversion_mapping</c>.</summary>
    private static string Renamed(string name)
    {
        const string Text = "language_model.model.";
        if (name == "language_model.lm_head.weight") return "lm_head.weight";
        return name.StartsWith(Text, StringComparison.Ordinal) ? "model.language_model." + name[Text.Length..] : "model." + name;
    }

    private LlavaNextConfig Read()
    {
        File.WriteAllText(Path.Combine(_directory, "config.json"), _config.ToJsonString());
        File.WriteAllText(Path.Combine(_directory, "preprocessor_config.json"), _images.ToJsonString());
        return LlavaNextConfig.Read(_directory);
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}

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

    /// <summary>transformers 5 writes the image processor into <c>processor_config.json</c>, alone or beside the file of older versions.</summary>
    [Fact]
    public void The_nested_image_processor_counts_before_the_file_of_its_own()
    {
        WriteProcessor("image_mean", "[0.1, 0.2, 0.3]");
        Assert.Equal([0.1, 0.2, 0.3], Read().Images.Pixels.Mean);
        File.Delete(Path.Combine(_directory, "preprocessor_config.json"));
        Assert.Equal([0.1, 0.2, 0.3], LlavaNextConfig.Read(_directory).Images.Pixels.Mean);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"image_processor": null, "patch_size": 14}""")]
    public void A_processor_without_an_image_processor_leaves_the_file_of_its_own(string json)
    {
        File.WriteAllText(Path.Combine(_directory, "processor_config.json"), json);
        _images["image_mean"] = JsonNode.Parse("[0.4, 0.5, 0.6]");
        Assert.Equal([0.4, 0.5, 0.6], Read().Images.Pixels.Mean);
    }

    [Fact]
    public void What_is_wrong_with_a_nested_image_processor_is_named_by_its_field()
    {
        WriteProcessor("do_rescale", "1");
        var message = Assert.Throws<ModelLoadException>(Read).Message;
        Assert.Contains("processor_config.json: field 'image_processor.do_rescale'", message, StringComparison.Ordinal);
    }

    /// <summary>Without <c>lm_head</c> in the weights, either flag is enough.</summary>
    [Theory]
    [InlineData(null, null, false)]
    [InlineData(false, false, false)]
    [InlineData(true, null, true)]
    [InlineData(null, true, true)]
    [InlineData(true, false, true)]
    [InlineData(false, true, true)]
    public void Embeddings_are_tied_where_the_root_or_the_text_config_says_so(bool? root, bool? text, bool tied)
    {
        if (root is not null) _config["tie_word_embeddings"] = root;
        if (text is not null) _config["text_config"]!["tie_word_embeddings"] = text;
        Assert.Equal(tied, Read().Llava.Text.TieWordEmbeddings);
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

    private void WriteProcessor(string field, string value)
    {
        var nested = _images.DeepClone().AsObject();
        nested[field] = JsonNode.Parse(value);
        File.WriteAllText(Path.Combine(_directory, "processor_config.json"), new JsonObject { ["image_processor"] = nested }.ToJsonString());
    }

    private LlavaNextConfig Read()
    {
        File.WriteAllText(Path.Combine(_directory, "config.json"), _config.ToJsonString());
        File.WriteAllText(Path.Combine(_directory, "preprocessor_config.json"), _images.ToJsonString());
        return LlavaNextConfig.Read(_directory);
    }

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}

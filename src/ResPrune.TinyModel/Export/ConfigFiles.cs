using System.Text.Json.Nodes;
using ResPrune.Inference.Models.Llava;
using ResPrune.TinyModel.Scenes;
using ResPrune.TinyModel.Vocabulary;

namespace ResPrune.TinyModel.Export;

/// <summary>The JSON files beside the weights, in the short form of the published LLaVA-1.5 checkpoints.</summary>
internal static class ConfigFiles
{
    public static IEnumerable<(string Name, JsonObject Content)> All(LlavaConfig config, TinyVocabulary vocabulary) =>
    [
        ("config.json", Model(config)),
        ("preprocessor_config.json", Preprocessor()),
        ("processor_config.json", Processor()),
        ("generation_config.json", Generation(vocabulary)),
        ("tokenizer_config.json", Tokenizer()),
        ("tokenizer.json", TokenizerFile.Build(vocabulary)),
    ];

    private static JsonObject Model(LlavaConfig config) => new()
    {
        ["architectures"] = new JsonArray("LlavaForConditionalGeneration"),
        ["ignore_index"] = -100,
        ["image_token_index"] = config.ImageTokenId,
        ["model_type"] = LlavaConfig.ModelType,
        ["projector_hidden_act"] = "gelu",
        ["text_config"] = new JsonObject
        {
            ["architectures"] = new JsonArray("LlamaForCausalLM"),
            ["head_dim"] = config.Text.HeadSize,
            ["hidden_size"] = config.Text.HiddenSize,
            ["intermediate_size"] = config.Text.IntermediateSize,
            ["max_position_embeddings"] = config.Text.ContextLength,
            ["model_type"] = "llama",
            ["num_attention_heads"] = config.Text.Heads,
            ["num_hidden_layers"] = config.Text.Layers,
            ["num_key_value_heads"] = config.Text.KeyValueHeads,
            ["rms_norm_eps"] = config.Text.RmsNormEpsilon,
            ["rope_theta"] = config.Text.RopeTheta,
            ["torch_dtype"] = "float16",
            ["vocab_size"] = config.Text.VocabularySize,
        },
        ["tie_word_embeddings"] = config.Text.TieWordEmbeddings,
        ["torch_dtype"] = "float16",
        ["vision_config"] = new JsonObject
        {
            ["hidden_act"] = config.Vision.Activation,
            ["hidden_size"] = config.Vision.HiddenSize,
            ["image_size"] = config.Vision.ImageSize,
            ["intermediate_size"] = config.Vision.IntermediateSize,
            ["model_type"] = "clip_vision_model",
            ["num_attention_heads"] = config.Vision.Heads,
            ["num_hidden_layers"] = config.Vision.Layers,
            ["patch_size"] = config.Vision.PatchSize,
        },
        ["vision_feature_layer"] = config.VisionFeatureLayer,
        ["vision_feature_select_strategy"] = "default",
        ["vocab_size"] = config.Text.VocabularySize,
    };

    private static JsonObject Preprocessor() => new()
    {
        ["image_processor_type"] = "CLIPImageProcessor",
        ["do_resize"] = true,
        ["size"] = new JsonObject { ["shortest_edge"] = SceneRenderer.ModelSide },
        ["resample"] = 3,
        ["do_center_crop"] = true,
        ["crop_size"] = new JsonObject { ["height"] = SceneRenderer.ModelSide, ["width"] = SceneRenderer.ModelSide },
        ["do_rescale"] = true,
        ["rescale_factor"] = 1.0 / 255,
        ["do_normalize"] = true,
        ["image_mean"] = new JsonArray(0.48145466, 0.4578275, 0.40821073),
        ["image_std"] = new JsonArray(0.26862954, 0.26130258, 0.27577711),
        ["do_convert_rgb"] = true,
    };

    private static JsonObject Processor() => new()
    {
        ["processor_class"] = "LlavaProcessor",
        ["image_token"] = "<image>",
        ["num_additional_image_tokens"] = 1,
        ["patch_size"] = Training.TinyModelShape.PatchSize,
        ["vision_feature_select_strategy"] = "default",
    };

    private static JsonObject Generation(TinyVocabulary vocabulary) => new()
    {
        ["bos_token_id"] = TinyVocabulary.BeginOfText,
        ["eos_token_id"] = TinyVocabulary.EndOfText,
        ["pad_token_id"] = vocabulary.Padding,
    };

    private static JsonObject Tokenizer() => new()
    {
        ["tokenizer_class"] = "LlamaTokenizerFast",
        ["add_bos_token"] = true,
        ["add_eos_token"] = false,
        ["bos_token"] = "<s>",
        ["eos_token"] = "</s>",
        ["unk_token"] = "<unk>",
        ["pad_token"] = "<pad>",
        ["model_max_length"] = 512,
        ["processor_class"] = "LlavaProcessor",
    };
}

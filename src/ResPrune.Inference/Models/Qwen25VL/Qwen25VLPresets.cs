using System.Text.Json.Nodes;
using ResPrune.Inference.RandomWeights;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>Published Qwen2.5-VL checkpoints.</summary>
internal static class Qwen25VLPresets
{
    private const int FirstControlId = 151643;

    /// <summary>Control tokens in the order of their ids; those from <see cref="FirstPlainControl"/> on are not special.</summary>
    private static readonly string[] Controls =
    [
        "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>", "<|quad_start|>",
        "<|quad_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>", "<tool_call>", "</tool_call>",
        "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>",
    ];

    private static readonly int FirstPlainControl = Array.IndexOf(Controls, "<tool_call>");

    /// <summary>
    /// Words that are one token each, with a blank before them and without: prompts shall have about as many tokens as with the published
    /// vocabulary, because what pruning saves is measured against them.
    /// </summary>
    private static readonly string[] Words =
        ("system user assistant You are a helpful What Which Where How Is Are Do Does Describe Write Count the an of on in at by for to and or is it this that "
        + "picture image photo left right top bottom side large small object colour color many there see any one word line caption answer question")
        .Split(' ');

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ModelPreset> All { get; } = [Create("qwen2.5-vl-3b"), Create("qwen2.5-vl-7b")];

    private static ModelPreset Create(string name) => new(name, "Qwen25VL", followsThePicture: true, Cut, _ => Tokenizer());

    private static void Cut(JsonObject config, int layers, int visionLayers)
    {
        config["num_hidden_layers"] = layers;
        var vision = config["vision_config"]!.AsObject();
        vision["depth"] = visionLayers;
        var full = vision["fullatt_block_indexes"]!.AsArray().Select(layer => layer!.GetValue<int>()).Where(layer => layer < visionLayers).ToArray();
        // The last layer sees the whole picture, as in the published encoder.
        vision["fullatt_block_indexes"] = new JsonArray([.. (full.Length > 0 ? full : [visionLayers - 1]).Select(layer => (JsonNode)layer)]);
    }

    /// <summary>Byte-level BPE with Qwen's pattern and normaliser: all bytes, some words, no merges, and the control tokens at their published ids.</summary>
    private static JsonObject Tokenizer()
    {
        var vocabulary = new JsonObject();
        foreach (var piece in ByteAlphabet.All.ToArray().Select(character => character.ToString()).Concat(Words.SelectMany(word => (string[])[word, $"Ġ{word}"])))
            vocabulary.TryAdd(piece, vocabulary.Count);
        var controls = Controls.Select((content, i) => (JsonNode)new JsonObject
        {
            ["id"] = FirstControlId + i,
            ["content"] = content,
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = i < FirstPlainControl,
        });
        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. controls]),
            ["normalizer"] = new JsonObject { ["type"] = "NFC" },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(WordSplit(), ByteLevel(false, false)) },
            ["post_processor"] = ByteLevel(false, false),
            ["decoder"] = ByteLevel(true, true),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = true,
                ["vocab"] = vocabulary,
                ["merges"] = new JsonArray(),
            },
        };
    }

    private static JsonObject WordSplit() => new()
    {
        ["type"] = "Split",
        ["pattern"] = new JsonObject
        {
            ["Regex"] = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
        },
        ["behavior"] = "Isolated",
        ["invert"] = false,
    };

    private static JsonObject ByteLevel(bool prefixSpace, bool trim) => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = prefixSpace,
        ["trim_offsets"] = trim,
        ["use_regex"] = trim,
    };
}

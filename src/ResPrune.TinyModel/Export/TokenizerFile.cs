using System.Text.Json.Nodes;
using ResPrune.TinyModel.Vocabulary;

namespace ResPrune.TinyModel.Export;

/// <summary>The vocabulary as <c>tokenizer.json</c>, with the very pipeline of Llama's: SentencePiece-style BPE with byte fallback.</summary>
internal static class TokenizerFile
{
    public static JsonObject Build(TinyVocabulary vocabulary) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray(
            Added(TinyVocabulary.Unknown, "<unk>"),
            Added(TinyVocabulary.BeginOfText, "<s>"),
            Added(TinyVocabulary.EndOfText, "</s>"),
            Added(vocabulary.Image, "<image>"),
            Added(vocabulary.Padding, "<pad>")),
        ["normalizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["normalizers"] = new JsonArray(
                new JsonObject { ["type"] = "Prepend", ["prepend"] = TinyVocabulary.Blank },
                new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = " " }, ["content"] = TinyVocabulary.Blank }),
        },
        ["pre_tokenizer"] = null,
        ["post_processor"] = PostProcessor(),
        ["decoder"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["decoders"] = new JsonArray(
                new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = TinyVocabulary.Blank }, ["content"] = " " },
                new JsonObject { ["type"] = "ByteFallback" },
                new JsonObject { ["type"] = "Fuse" },
                new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 }),
        },
        ["model"] = Model(vocabulary),
    };

    private static JsonObject Model(TinyVocabulary vocabulary)
    {
        var pieces = new JsonObject();
        foreach (var (piece, id) in vocabulary.Pieces.OrderBy(p => p.Value))
            pieces[piece] = id;
        return new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = "<unk>",
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = true,
            ["byte_fallback"] = true,
            ["ignore_merges"] = false,
            ["vocab"] = pieces,
            ["merges"] = new JsonArray([.. vocabulary.Merges.Select(m => new JsonArray(m.Left, m.Right))]),
        };
    }

    private static JsonObject PostProcessor() => new()
    {
        ["type"] = "TemplateProcessing",
        ["single"] = new JsonArray(Special(0), Sequence("A", 0)),
        ["pair"] = new JsonArray(Special(0), Sequence("A", 0), Special(0), Sequence("B", 0)),
        ["special_tokens"] = new JsonObject
        {
            ["<s>"] = new JsonObject
            {
                ["id"] = "<s>",
                ["ids"] = new JsonArray(TinyVocabulary.BeginOfText),
                ["tokens"] = new JsonArray("<s>"),
            },
        },
    };

    private static JsonObject Special(int type) => new() { ["SpecialToken"] = new JsonObject { ["id"] = "<s>", ["type_id"] = type } };

    private static JsonObject Sequence(string id, int type) => new() { ["Sequence"] = new JsonObject { ["id"] = id, ["type_id"] = type } };

    private static JsonObject Added(int id, string content) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };
}

using System.Text.Json.Nodes;

namespace ResPrune.Inference.Tests.Tokenization;

/// <summary>A small SentencePiece-style <c>tokenizer.json</c> that a test may bend, written to a folder of its own.</summary>
internal sealed class TokenizerFile : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("resprune-tokenizer").FullName;

    public TokenizerFile() => Json = Parse();

    /// <summary>The document that <see cref="Save"/> writes.</summary>
    public JsonObject Json { get; }

    /// <summary>Where it is.</summary>
    public string FilePath => Path.Combine(_directory, "tokenizer.json");

    public string Save(string? content = null)
    {
        File.WriteAllText(FilePath, content ?? Json.ToJsonString());
        return FilePath;
    }

    public void AddToken(int id, string content, bool leftStrip = false, bool rightStrip = false, bool singleWord = false, bool special = true) =>
        Json["added_tokens"]!.AsArray().Add(new JsonObject
        {
            ["id"] = id,
            ["content"] = content,
            ["single_word"] = singleWord,
            ["lstrip"] = leftStrip,
            ["rstrip"] = rightStrip,
            ["normalized"] = false,
            ["special"] = special,
        });

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>Ids: 0–2 control, 3–258 bytes, then ▁ a b aa ab aaaa &lt; / s &gt;.</summary>
    private static JsonObject Parse()
    {
        var vocabulary = new JsonObject { ["<unk>"] = 0, ["<s>"] = 1, ["</s>"] = 2 };
        for (var value = 0; value < 256; value++) vocabulary[$"<0x{value:X2}>"] = 3 + value;
        foreach (var piece in new[] { "▁", "a", "b", "aa", "ab", "aaaa", "<", "/", "s", ">" }) vocabulary[piece] = vocabulary.Count;
        var json = JsonNode.Parse(
            """
            {
              "added_tokens": [
                {"id": 0, "content": "<unk>", "special": true},
                {"id": 1, "content": "<s>", "special": true},
                {"id": 2, "content": "</s>", "special": true}
              ],
              "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "Prepend", "prepend": "▁"},
                {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
              "pre_tokenizer": null,
              "post_processor": {"type": "TemplateProcessing",
                "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
              "decoder": {"type": "Sequence", "decoders": [
                {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                {"type": "ByteFallback"}, {"type": "Fuse"},
                {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
              "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true, "byte_fallback": true,
                "merges": [["a", "a"], ["a", "b"], ["aa", "aa"]]}
            }
            """)!.AsObject();
        json["model"]!["vocab"] = vocabulary;
        return json;
    }
}

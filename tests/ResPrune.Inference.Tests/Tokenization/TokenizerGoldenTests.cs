using System.Text.Json;
using ResPrune.Golden;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Tests.Tokenization;

/// <summary>Against ids and decodings that Hugging Face's own tokenizers made.</summary>
[Trait("Category", "Golden")]
public sealed class TokenizerGoldenTests
{
    /// <summary>Every tokenizer of the set.</summary>
    public static TheoryData<string> Folders() => new(GoldenData.Folders("tokenizers").Select(folder => Path.GetFileName(folder)));

    [Theory]
    [MemberData(nameof(Folders))]
    public void Ids_and_decodings_equal_the_reference(string folder)
    {
        var tokenizer = TokenizerLoader.Load(GoldenData.PathOf("tokenizers", folder, "tokenizer.json"));
        var cases = GoldenData.Json("tokenizers", folder, "cases.json").EnumerateArray().ToArray();
        Assert.NotEmpty(cases);
        Assert.All(cases, one =>
        {
            var text = one.GetProperty("text").GetString()!;
            var ids = Ids(one, "ids");
            Assert.Equal(ids, tokenizer.Encode(text, addSpecialTokens: false));
            Assert.Equal(Ids(one, "ids_with_special"), tokenizer.Encode(text, addSpecialTokens: true));
            Assert.Equal(one.GetProperty("decoded").GetString(), tokenizer.Decode(ids, skipSpecialTokens: true));
            Assert.Equal(one.GetProperty("decoded_with_special").GetString(), tokenizer.Decode(ids, skipSpecialTokens: false));
        });
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Plain_text_without_literal_control_tokens_encodes_alike(string folder)
    {
        var tokenizer = TokenizerLoader.Load(GoldenData.PathOf("tokenizers", folder, "tokenizer.json"));
        var added = GoldenData.Json("tokenizers", folder, "tokenizer.json").GetProperty("added_tokens").EnumerateArray()
            .Select(token => token.GetProperty("content").GetString()!).ToArray();
        var texts = GoldenData.Json("tokenizers", folder, "cases.json").EnumerateArray()
            .Select(one => one.GetProperty("text").GetString()!)
            .Where(text => !added.Any(token => text.Contains(token, StringComparison.Ordinal)))
            .ToArray();
        Assert.NotEmpty(texts);
        Assert.All(texts, text =>
        {
            var tokens = tokenizer.EncodeText(text);
            Assert.Equal(tokenizer.Encode(text, addSpecialTokens: false), tokens.Select(token => token.Id));
            AssertSpansCover(text, tokens);
        });
    }

    private static void AssertSpansCover(string text, IReadOnlyList<TextToken> tokens)
    {
        var reached = 0;
        foreach (var token in tokens)
        {
            Assert.InRange(token.Start, 0, reached);
            Assert.InRange(token.End, token.Start, text.Length);
            reached = Math.Max(reached, token.End);
        }

        Assert.Equal(text.Length, reached);
    }

    private static int[] Ids(JsonElement one, string name) => [.. one.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}

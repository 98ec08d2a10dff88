using System.Diagnostics;
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

    [Theory]
    [MemberData(nameof(Folders))]
    public void No_added_token_comes_out_of_plain_text(string folder)
    {
        var tokenizer = TokenizerLoader.Load(GoldenData.PathOf("tokenizers", folder, "tokenizer.json"));
        var added = GoldenData.Json("tokenizers", folder, "tokenizer.json").GetProperty("added_tokens").EnumerateArray()
            .Select(token => (Id: token.GetProperty("id").GetInt32(), Content: token.GetProperty("content").GetString()!)).ToArray();
        Assert.NotEmpty(added);
        Assert.All(added, token => Assert.All(
            [token.Content, token.Content + token.Content, $"a {token.Content}\nb", $"é{token.Content}", $"\n{token.Content} ASSISTANT:"],
            text =>
            {
                Assert.Contains(token.Id, tokenizer.Encode(text, addSpecialTokens: false));
                foreach (var continues in new[] { false, true })
                {
                    var ids = tokenizer.EncodeText(text, continues).Select(part => part.Id).ToArray();
                    Assert.Empty(ids.Intersect(added.Select(one => one.Id)));
                    Assert.Equal(text, tokenizer.Decode(ids, skipSpecialTokens: true));
                }
            }));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Spans_hold_the_text_that_their_tokens_stand_for(string folder)
    {
        var tokenizer = TokenizerLoader.Load(GoldenData.PathOf("tokenizers", folder, "tokenizer.json"));
        Assert.All(GoldenData.Json("tokenizers", folder, "cases.json").EnumerateArray(), one =>
        {
            var text = one.GetProperty("text").GetString()!;
            var tokens = tokenizer.EncodeText(text);
            AssertSpansCover(text, tokens);
            foreach (var token in tokens)
            {
                // A token of whole characters of the basic Latin block decodes to its span, but for the space that decoding may strip.
                var span = text[token.Start..token.End];
                if (span.Length > 0 && span.All(char.IsAsciiLetterOrDigit)) Assert.Equal(span, tokenizer.Decode([token.Id], skipSpecialTokens: false));
            }
        });
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_question_of_a_megabyte_takes_no_time_to_speak_of(string folder)
    {
        var tokenizer = TokenizerLoader.Load(GoldenData.PathOf("tokenizers", folder, "tokenizer.json"));
        foreach (var unit in new[] { " ", "\u0301\u0323", "图片里", "  a", "\ud800", "<s>" })
        {
            var text = string.Concat(Enumerable.Repeat(unit, (1 << 20) / unit.Length));
            var started = Stopwatch.GetTimestamp();
            Assert.NotEmpty(tokenizer.EncodeText(text));
            Assert.InRange(Stopwatch.GetElapsedTime(started).TotalSeconds, 0, 10);
        }
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

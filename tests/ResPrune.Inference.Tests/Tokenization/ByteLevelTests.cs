using System.Text;
using System.Text.Json.Nodes;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Tests.Tokenization;

/// <summary>Byte-level BPE with Qwen's pipeline and a vocabulary of the 256 bytes and a few merges.</summary>
public sealed class ByteLevelTests : IDisposable
{
    private const int Ab = 256, SpaceA = 257, EAcute = 258;
    private readonly TokenizerFile _file = new();

    public ByteLevelTests()
    {
        var vocabulary = new JsonObject();
        foreach (var character in ByteAlphabet.All) vocabulary[character.ToString()] = vocabulary.Count;
        vocabulary["ab"] = Ab;
        vocabulary["Ġa"] = SpaceA;
        vocabulary["Ã©"] = EAcute;
        _file.Json["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["vocab"] = vocabulary,
            ["merges"] = new JsonArray("a b", "Ġ a", "Ã ©"),
        };
        _file.Json["added_tokens"] = new JsonArray();
        _file.Json["post_processor"] = null;
        _file.Json["normalizer"] = JsonNode.Parse("""{"type": "NFC"}""");
        _file.Json["pre_tokenizer"] = JsonNode.Parse(
            """
            {"type": "Sequence", "pretokenizers": [
              {"type": "Split", "pattern": {"Regex": "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},
               "behavior": "Isolated", "invert": false},
              {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]}
            """);
        _file.Json["decoder"] = JsonNode.Parse("""{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true}""");
    }

    public void Dispose() => _file.Dispose();

    [Fact]
    public void Bytes_are_pieces_by_their_value()
    {
        Assert.Equal(Encoding.UTF8.GetBytes("🙂x\0\n").Select(value => (int)value), Ids("🙂x\0\n"));
        Assert.Equal([Ab, SpaceA, ' ', SpaceA, 'c'], Ids("ab a  ac"));
    }

    [Fact]
    public void Spans_point_into_the_text_that_was_given()
    {
        // NFC makes one character, and one piece, of two; the emoji's four bytes all stand for both halves of its surrogate pair.
        Assert.Equal(
            [new(Ab, 0, 2), new(EAcute, 2, 4), new(SpaceA, 4, 6), new(0xF0, 6, 8), new(0x9F, 6, 8), new(0x99, 6, 8), new(0x82, 6, 8), new TextToken('c', 8, 9)],
            Load().EncodeText("abe\u0301 a🙂c"));
    }

    [Theory]
    [InlineData("a\uD800b")]
    [InlineData("\uDC00")]
    [InlineData("e\u0301\uD83D")]
    public void Unpaired_surrogates_become_the_replacement_character(string text)
    {
        foreach (var normalizer in new[] { null, JsonNode.Parse("""{"type": "NFC"}""") })
        {
            _file.Json["normalizer"] = normalizer;
            var tokenizer = Load();
            var expected = string.Concat(text.EnumerateRunes());
            Assert.Equal(normalizer is null ? expected : expected.Replace("e\u0301", "é", StringComparison.Ordinal), tokenizer.Decode([.. Ids(text)], skipSpecialTokens: true));
            Assert.Equal(text.Length, tokenizer.EncodeText(text)[^1].End);
        }
    }

    [Fact]
    public void Bytes_that_are_no_text_decode_to_replacement_characters()
    {
        Assert.Equal("a\uFFFDb", Load().Decode(['a', 0xF0, 0x9F, 'b'], skipSpecialTokens: true));
    }

    [Fact]
    public void An_added_token_outside_the_alphabet_decodes_to_itself()
    {
        _file.AddToken(300, "<图 片>");
        Assert.Equal("a<图 片>", Load().Decode(['a', 300], skipSpecialTokens: false));
    }

    [Fact]
    public void Whole_words_come_before_merges_where_the_file_says_so()
    {
        _file.Json["model"]!["vocab"]!["abab"] = 260;
        Assert.Equal([Ab, Ab], Ids("abab"));
        _file.Json["model"]!["ignore_merges"] = true;
        Assert.Equal([260], Ids("abab"));
        _file.AddToken(260, "abab");
        Assert.Equal([Ab, Ab], Ids("abab"));
    }

    private ITokenizer Load() => TokenizerLoader.Load(_file.Save());

    private int[] Ids(string text) => [.. Load().EncodeText(text).Select(token => token.Id)];
}

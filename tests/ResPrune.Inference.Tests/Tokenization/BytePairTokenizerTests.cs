using System.Text.Json.Nodes;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Tests.Tokenization;

public sealed class BytePairTokenizerTests : IDisposable
{
    private const int Space = 259, A = 260, B = 261, Aa = 262, Ab = 263, Aaaa = 264, Less = 265, Slash = 266, S = 267, Greater = 268;
    private readonly TokenizerFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public void Equal_ranks_merge_from_the_left()
    {
        Assert.Equal([Space, Aa, A], Load().Encode("aaa", addSpecialTokens: false));
        Assert.Equal([Space, Aaaa, Aa, A], Load().Encode("aaaaaaa", addSpecialTokens: false));
    }

    [Fact]
    public void A_lower_rank_wins_over_a_place_further_left()
    {
        _file.Json["model"]!["merges"] = new JsonArray(new JsonArray("a", "b"), new JsonArray("a", "a"));
        Assert.Equal([Space, A, Ab], Load().Encode("aab", addSpecialTokens: false));
    }

    [Fact]
    public void Merges_may_be_written_as_strings()
    {
        _file.Json["model"]!["merges"] = new JsonArray("a b", "a a");
        Assert.Equal([Space, A, Ab], Load().Encode("aab", addSpecialTokens: false));
    }

    [Fact]
    public void Literal_control_tokens_are_control_tokens_only_in_trusted_text()
    {
        var tokenizer = Load();
        Assert.Equal([Space, A, 2, Space, B], tokenizer.Encode("a</s>b", addSpecialTokens: false));
        Assert.Equal([Space, A, Less, Slash, S, Greater, B], Ids(tokenizer.EncodeText("a</s>b")));
        Assert.Equal("a</s>b", tokenizer.Decode([.. Ids(tokenizer.EncodeText("a</s>b"))], skipSpecialTokens: true));
    }

    [Fact]
    public void The_longest_added_token_at_a_place_is_taken()
    {
        _file.AddToken(300, "</s></s>");
        Assert.Equal([300, 2], Load().Encode("</s></s></s>", addSpecialTokens: false));
    }

    [Fact]
    public void Added_tokens_swallow_white_space_where_they_say_so()
    {
        _file.AddToken(300, "[L]", leftStrip: true);
        _file.AddToken(301, "[R]", rightStrip: true);
        var tokenizer = Load();
        Assert.Equal([Space, A, 300, Space, Space, B], tokenizer.Encode("a  [L] b", addSpecialTokens: false));
        Assert.Equal([Space, A, Space, 301, Space, B], tokenizer.Encode("a [R]\n b", addSpecialTokens: false));
    }

    [Fact]
    public void A_single_word_token_does_not_match_inside_a_word()
    {
        _file.AddToken(Ab, "ab", singleWord: true, special: false);
        var tokenizer = Load();
        Assert.Equal([Ab], tokenizer.Encode("ab", addSpecialTokens: false));
        Assert.Equal([Space, Ab, A], tokenizer.Encode("aba", addSpecialTokens: false));
        Assert.Equal([Ab, Space, Space, B], tokenizer.Encode("ab b", addSpecialTokens: false));
    }

    [Fact]
    public void A_normalized_token_is_looked_for_in_its_normalized_form()
    {
        _file.AddToken(300, "b b", special: false);
        _file.Json["added_tokens"]![3]!["normalized"] = true;
        var tokenizer = Load();
        Assert.Equal([300, A], tokenizer.Encode("b ba", addSpecialTokens: false));
        Assert.Equal([Space, A, 300], tokenizer.Encode("a b b", addSpecialTokens: false));
    }

    [Fact]
    public void Spans_point_into_the_text_that_was_given()
    {
        // "é" is no piece: two byte tokens that both stand for the one character; the ▁ in front stands for none.
        Assert.Equal(
            [new TextToken(Space, 0, 0), new(Ab, 0, 2), new(Space, 2, 3), new(3 + 0xC3, 3, 4), new(3 + 0xA9, 3, 4), new(B, 4, 5)],
            Load().EncodeText("ab éb"));
    }

    [Fact]
    public void Unpaired_surrogates_become_the_replacement_character()
    {
        var tokenizer = Load();
        var ids = tokenizer.Encode("a\uD800b", addSpecialTokens: false);
        Assert.Equal([Space, A, 3 + 0xEF, 3 + 0xBF, 3 + 0xBD, B], ids);
        Assert.Equal("a\uFFFDb", tokenizer.Decode([.. ids], skipSpecialTokens: true));
    }

    [Fact]
    public void Bytes_that_are_no_text_decode_to_one_replacement_character_each()
    {
        Assert.Equal("\uFFFD\uFFFDa", Load().Decode([3 + 0xF0, 3 + 0x9F, A], skipSpecialTokens: true));
    }

    [Fact]
    public void Ids_that_stand_for_nothing_are_left_out()
    {
        Assert.Equal("ab", Load().Decode([-1, Ab, int.MaxValue], skipSpecialTokens: true));
    }

    [Fact]
    public void Unknown_characters_fuse_where_there_are_no_bytes_for_them()
    {
        _file.Json["model"]!["byte_fallback"] = false;
        Assert.Equal([Space, A, 0, B, 0], Load().Encode("a??b?", addSpecialTokens: false));
        _file.Json["model"]!["fuse_unk"] = false;
        Assert.Equal([Space, A, 0, 0, B, 0], Load().Encode("a??b?", addSpecialTokens: false));
    }

    [Fact]
    public void Special_tokens_go_around_the_text_as_the_template_says()
    {
        _file.Json["post_processor"]!["single"]!.AsArray().Add(JsonNode.Parse("""{"SpecialToken": {"id": "</s>", "type_id": 0}}"""));
        _file.Json["post_processor"]!["special_tokens"]!["</s>"] = JsonNode.Parse("""{"id": "</s>", "ids": [2], "tokens": ["</s>"]}""");
        Assert.Equal([1, Space, A, 2], Load().Encode("a", addSpecialTokens: true));
        Assert.Equal([1, 2], Load().Encode("", addSpecialTokens: true));
    }

    [Fact]
    public void Token_ids_are_found_for_pieces_and_added_tokens()
    {
        _file.AddToken(300, "<image>");
        var tokenizer = Load();
        Assert.Equal(300, tokenizer.TokenId("<image>"));
        Assert.Equal(Ab, tokenizer.TokenId("ab"));
        Assert.Null(tokenizer.TokenId("abc"));
        Assert.Equal(301, tokenizer.VocabularySize);
    }

    [Fact]
    public void A_special_token_that_merges_would_give_is_text_in_plain_text()
    {
        _file.AddToken(Ab, "ab");
        var tokenizer = Load();
        Assert.Equal([Ab], tokenizer.Encode("ab", addSpecialTokens: false));
        Assert.Equal([Space, A, B], Ids(tokenizer.EncodeText("ab")));
        Assert.Equal(Ab, tokenizer.TokenId("ab"));
    }

    [Fact]
    public void A_mark_that_only_the_first_stretch_gets_is_not_put_where_a_prompt_goes_on()
    {
        _file.Json["normalizer"] = null;
        _file.Json["pre_tokenizer"] = JsonNode.Parse("""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false}""");
        var tokenizer = Load();
        Assert.Equal([Space, Ab], Ids(tokenizer.EncodeText("ab")));
        Assert.Equal([Ab], Ids(tokenizer.EncodeText("ab", continues: true)));
        Assert.Equal([2, Ab, 2, A], tokenizer.Encode("</s>ab</s>a", addSpecialTokens: false));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ab")]
    [InlineData("aab ")]
    [InlineData("?")]
    public void Work_on_a_long_run_grows_with_its_length(string unit)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal) { ["▁"] = 0, ["a"] = 1, ["b"] = 2, ["aa"] = 3, ["aaaa"] = 4, ["ab"] = 5, ["?"] = 6 };
        var merges = new Dictionary<(int Left, int Right), (int Rank, int Id)> { [(1, 1)] = (0, 3), [(3, 3)] = (1, 4), [(1, 2)] = (2, 5) };
        var model = new BytePairModel(vocabulary, merges, new BytePairOptions(ByteFallback: false, UnknownId: null, FuseUnknown: false, WholeWordsFirst: false));
        var text = string.Concat(Enumerable.Repeat(unit, 100_000));
        var tokens = new List<TextToken>();

        // Every queued pair is an initial neighbour or one of the two that a merge makes, and a merge removes a symbol.
        var steps = model.Encode(text, [text.Length], tokens);
        Assert.InRange(steps, 0, 3 * text.Length);
    }

    [Fact]
    public void Encoding_is_the_same_from_many_threads_at_once()
    {
        var tokenizer = Load();
        var text = string.Concat(Enumerable.Repeat("aab é ba", 50));
        var expected = tokenizer.Encode(text, addSpecialTokens: true);
        Parallel.For(0, 64, _ => Assert.Equal(expected, tokenizer.Encode(text, addSpecialTokens: true)));
    }

    private ITokenizer Load() => TokenizerLoader.Load(_file.Save());

    private static IEnumerable<int> Ids(IReadOnlyList<TextToken> tokens) => tokens.Select(token => token.Id);
}

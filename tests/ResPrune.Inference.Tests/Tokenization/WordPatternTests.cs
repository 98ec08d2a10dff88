using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Tests.Tokenization;

public sealed class WordPatternTests
{
    private const string Modern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    [Theory]
    [InlineData("I'm what's John'LL x'ſ y", "I|'m| what|'s| John|'LL| x|'ſ| y")]
    [InlineData("12 345", "1|2| |3|4|5")]
    [InlineData("a\tb (c)", "a|\tb| (|c|)")]
    [InlineData("a  b   ", "a| | b|   ")]
    [InlineData("a \n\n  b", "a| \n\n| | b")]
    [InlineData("a...\r\nb", "a|...\r\n|b")]
    [InlineData("\u3000\u00a0x", "\u3000|\u00a0x")]
    [InlineData("𝔘𝟘🙂", "𝔘|𝟘|🙂")]
    [InlineData("\n1", "\n|1")]
    [InlineData("", "")]
    public void Qwen2_cuts(string text, string words) => AssertCuts(Modern, text, words);

    [Theory]
    [InlineData("1234567 8", "123|456|7| |8")]
    public void Llama3_cuts(string text, string words) => AssertCuts(Modern.Replace(@"|\p{N}|", @"|\p{N}{1,3}|", StringComparison.Ordinal), text, words);

    [Theory]
    [InlineData("I'm JOHN'S", "I|'m| JOHN|'|S")]
    [InlineData("a 1234 !?\n", "a| 1234| !?|\n")]
    [InlineData("a\tb", "a|\t|b")]
    [InlineData("a  \n b", "a|  \n| b")]
    public void Gpt2_cuts(string text, string words) => AssertCuts(WordPattern.Gpt2.Text, text, words);

    [Fact]
    public void Another_expression_is_not_known() => Assert.Null(WordPattern.Find(@"\s+"));

    private static void AssertCuts(string pattern, string text, string words)
    {
        var ends = new List<int>();
        WordPattern.Find(pattern)!.Split(text, 0, ends);
        Assert.Equal(words.Length == 0 ? [] : words.Split('|'), ends.Select((end, i) => text[(i == 0 ? 0 : ends[i - 1])..end]));
    }
}

using ResPrune.Cli.Rendering;

namespace ResPrune.Cli.Tests.Rendering;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("two\r\nlines\tand a tab\n", "two lines and a tab")]
    [InlineData("\u001b[31mred\u001b[0m", "[31mred[0m")]
    [InlineData("bell\a back\b del\u007f c1\u009b31m", "bell back del c131m")]
    [InlineData("\u202egnp.exe\u2066", "gnp.exe")]
    [InlineData("half \ud83d pair", "half pair")]
    [InlineData("Größe 図 \U0001F98A \U0001F469\u200d\U0001F680", "Größe 図 \U0001F98A \U0001F469\u200d\U0001F680")]
    public void OnlyWhatATerminalShowsIsLeft(string text, string clean) => Assert.Equal(clean, TerminalText.Clean(text));

    [Fact]
    public void LongTextIsCutWithoutSplittingACharacter()
    {
        Assert.Equal("abc…", TerminalText.Clean("abcdef", 4));
        Assert.Equal("ab…", TerminalText.Clean("ab\U0001F98Acdef", 4));
        Assert.Equal("abcd", TerminalText.Clean("abcd", 4));
    }
}

using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Tests.Tokenization;

public sealed class CanonicalCompositionTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("a\u0302\u0301", "\u1EA5")]
    [InlineData("a\u0323\u0302", "\u1EAD")]
    [InlineData("a\u0302\u0323", "\u1EAD")]
    [InlineData("a\u0345\u0301\u0323", "\u1EA1\u0301\u0345")]
    [InlineData("\u212B\u2126", "\u00C5\u03A9")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("\u0F73", "\u0F71\u0F72")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\uAC00\u11A8", "\uAC01")]
    [InlineData("\u09C7\u09BE", "\u09CB")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    [InlineData("\u0301e", "\u0301e")]
    [InlineData("e\u0327\u0301", "\u0229\u0301")]
    public void Text_is_composed(string text, string expected)
    {
        Assert.Equal(expected, Compose(text).Text);
        Assert.Equal(expected, Compose(expected).Text);
    }

    [Fact]
    public void What_was_composed_stands_for_all_that_it_was_made_of()
    {
        var composed = Compose("xe\u0301\u0323yé");
        Assert.Equal("x\u1EB9\u0301yé", composed.Text);
        Assert.Equal([0, 1, 1, 4, 5], composed.Starts);
        Assert.Equal([1, 4, 4, 5, 6], composed.Ends);
    }

    [Fact]
    public void Every_character_of_the_table_is_stable_once_composed()
    {
        for (var code = 0; code < 0x30000; code++)
        {
            if (code is >= 0xD800 and < 0xE000) continue;
            var once = Compose("a" + char.ConvertFromUtf32(code) + "\u0301").Text;
            Assert.Equal(once, Compose(once).Text);
        }
    }

    private static AlignedText Compose(string text) => CanonicalComposition.Compose(AlignedText.Of(text));
}

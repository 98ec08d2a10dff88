using ResPrune.Cli.Rendering;

namespace ResPrune.Cli.Tests.Rendering;

public sealed class QuantityTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(5.0 * 1024 * 1024 * 1024, "5.0 GiB")]
    public void BytesCountInPowersOf1024(double bytes, string text) => Assert.Equal(text, Quantity.Bytes(bytes));

    [Theory]
    [InlineData(12, "12.0 FLOP")]
    [InlineData(1.5e9, "1.5 GFLOP")]
    [InlineData(2.25e15, "2.3 PFLOP")]
    public void FlopsCountInPowersOf1000(double flops, string text) => Assert.Equal(text, Quantity.Flops(flops));

    [Theory]
    [InlineData(0.2, "1 s")]
    [InlineData(8, "8 s")]
    [InlineData(125, "2 min 05 s")]
    [InlineData(11_220, "3 h 07 min")]
    [InlineData(187_200, "2 d 04 h")]
    public void SpansHaveTwoUnits(double seconds, string text) => Assert.Equal(text, Quantity.Span(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void NumbersAreTheSameInEveryLanguage()
    {
        Assert.Equal("1,234,567", Quantity.Count(1_234_567));
        Assert.Equal("33.3 %", Quantity.Percent(1.0 / 3));
        Assert.Equal("+0.012", Quantity.Difference(0.0123));
        Assert.Equal("-0.012", Quantity.Difference(-0.0123));
        Assert.Equal("3.40 ms", Quantity.Seconds(0.0034));
        Assert.Equal("0.34 s", Quantity.Seconds(0.34));
    }
}

using System.Text.Json;
using ResPrune.Golden;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Qwen25VL;

namespace ResPrune.Inference.Tests.Models.Qwen25VL;

public sealed class SmartResizeTests
{
    [Fact]
    [Trait("Category", "Golden")]
    public void SizesEqualTheReference()
    {
        var cases = GoldenData.Json("processing", "smart_resize.json").EnumerateArray().ToArray();
        Assert.NotEmpty(cases);
        Assert.All(cases, one =>
        {
            var rule = new SmartResize(
                one.GetProperty("factor").GetInt32(), one.GetProperty("min_pixels").GetInt64(), one.GetProperty("max_pixels").GetInt64());
            var failure = rule.TryResize(one.GetProperty("height").GetInt32(), one.GetProperty("width").GetInt32(), out var size);
            var expected = one.GetProperty("out");
            if (expected.ValueKind == JsonValueKind.Null)
            {
                Assert.NotNull(failure);
                return;
            }

            Assert.Null(failure);
            Assert.Equal(expected.EnumerateArray().Select(side => side.GetInt64()), [size.Height, size.Width]);
        });
    }

    [Theory]
    [InlineData(70, 28, 56)] // 2.5 units: half goes to the even one, as in Python.
    [InlineData(98, 28, 112)] // 3.5 units.
    public void HalvesAreRoundedToEven(int side, int unit, int expected)
    {
        Assert.Null(new SmartResize(unit, 1, 1_000_000).TryResize(side, side, out var size));
        Assert.Equal((expected, expected), size);
    }

    [Theory]
    [InlineData(1, 200, false)]
    [InlineData(1, 201, true)]
    [InlineData(201, 1, true)]
    public void ThinPicturesAreRefusedWithTheirSize(int height, int width, bool refused)
    {
        var failure = new SmartResize(28, 3136, 1_000_000).TryResize(height, width, out _);
        Assert.Equal(refused, failure is not null);
        if (failure is null) return;
        Assert.Equal(FailureReason.ImageUnsupported, failure.Reason);
        Assert.Contains($"{width}×{height}", failure.Message);
    }
}

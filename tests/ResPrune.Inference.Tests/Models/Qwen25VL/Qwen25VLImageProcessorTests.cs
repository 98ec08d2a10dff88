using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Qwen25VL;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tests.Processing;

namespace ResPrune.Inference.Tests.Models.Qwen25VL;

public sealed class Qwen25VLImageProcessorTests
{
    private static readonly Qwen25VLImageProcessorConfig Config = new()
    {
        Pixels = new ImageProcessorConfig(),
        MinPixels = 3136,
        MaxPixels = 28 * 28 * 64,
        PatchSize = 14,
        TemporalPatchSize = 2,
        MergeSize = 2,
    };

    [Theory]
    [InlineData(null, null, 8, 8)] // The checkpoint's: 448×448 are cut down to 224×224.
    [InlineData(null, 28 * 28 * 16, 4, 4)]
    [InlineData(28 * 28 * 100, null, 10, 10)] // Above the checkpoint's maximum, which then gives way.
    [InlineData(null, 28 * 28, 1, 1)] // Below the checkpoint's minimum, which then gives way.
    [InlineData(1, int.MaxValue, 16, 16)]
    public void AJobsLimitsGoBeforeTheCheckpoints(int? minimum, int? maximum, int rows, int columns)
    {
        var processor = new Qwen25VLImageProcessor(Config, maxMegapixels: 10);
        Assert.True(processor.Layout(448, 448, new ImageSizeLimits(minimum, maximum)).TryGet(out var layout, out _));
        Assert.Equal(rows * columns, layout.Tokens);
    }

    [Fact]
    public void TokensKeepTheirRowsAndColumnsAndTheTextGoesOnBehindTheLongerSide()
    {
        Assert.True(new Qwen25VLImageProcessor(Config, maxMegapixels: 10).Layout(84, 56, default).TryGet(out var layout, out _));
        Assert.Equal([0, 1, 2, 3, 4, 5], Assert.Single(layout.Tiles));
        Assert.Empty(layout.Newlines);
        Assert.Equal(3, layout.Positions!.Span);
        Assert.Equal<int[]>([[0, 0, 0, 0, 0, 0], [0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1]], layout.Positions.Offsets);
    }

    [Fact]
    public void EnlargingBeyondTheDecodersLimitIsRefused()
    {
        var processor = new Qwen25VLImageProcessor(Config, maxMegapixels: 0.5);
        Assert.False(processor.Layout(448, 448, new ImageSizeLimits(1_000_000, null)).TryGet(out _, out var failure));
        Assert.Equal(FailureReason.ImageTooLarge, failure.Reason);
    }

    [Fact]
    public void LayoutAndPictureAgree()
    {
        var processor = new Qwen25VLImageProcessor(Config, maxMegapixels: 10);
        using var picture = TestPicture.Noise(100, 61);
        Assert.True(processor.Process(picture.Png(), default).TryGet(out var image, out _));
        Assert.True(processor.Layout(61, 100, default).TryGet(out var layout, out _));
        var grid = Assert.IsType<PatchGridImage>(image).Grid;
        Assert.Equal(grid.Patches / 4, layout.Tokens);
        Assert.Equal(layout.Tokens, image.Layout.Tokens);
        Assert.Equal([grid.Patches, 3 * 2 * 14 * 14], image.Pixels.Shape);
        Assert.Equal(grid.Patches * 3 * 2 * 14 * 14, image.Pixels.Data.Length);
    }
}

using ResPrune.Inference.Engine;
using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Tests.Processing;

public sealed class ImageProcessorTests
{
    /// <summary>Pixel values are the bytes themselves.</summary>
    private static readonly ImageProcessorConfig Bytes = new() { RescaleFactor = 1, Normalize = false };

    [Theory]
    [InlineData(5, 5, 7, 7, 1, 1)]
    [InlineData(5, 4, 8, 8, 2, 2)]
    [InlineData(4, 9, 6, 4, 1, -2)]
    [InlineData(9, 4, 4, 7, -2, 2)]
    public void A_crop_larger_than_the_picture_is_black_around_it(int width, int height, int cropWidth, int cropHeight, int left, int top)
    {
        using var picture = TestPicture.Noise(width, height);
        var values = Process(Bytes with { Resize = false, Crop = (cropHeight, cropWidth) }, picture);
        Assert.Equal((cropHeight, cropWidth), (values.Shape[1], values.Shape[2]));
        for (var y = 0; y < cropHeight; y++)
        {
            for (var x = 0; x < cropWidth; x++)
            {
                var (fromX, fromY) = (x - left, y - top);
                var inside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
                var expected = inside ? picture.Image.Pixels[(fromY * picture.Image.Stride) + (fromX * RgbImage.PixelBytes) + 1] : 0;
                Assert.Equal(expected, values.Data[(((1 * cropHeight) + y) * cropWidth) + x]);
            }
        }
    }

    [Theory]
    [InlineData(100, 50, 30, 60, 30)]
    [InlineData(50, 100, 30, 30, 60)]
    [InlineData(101, 50, 33, 66, 33)]
    [InlineData(50, 50, 7, 7, 7)]
    [InlineData(640, 427, 336, 503, 336)]
    public void The_longer_side_is_cut_down_to_a_whole_number(int width, int height, int edge, int newWidth, int newHeight)
    {
        using var picture = TestPicture.Noise(width, height);
        var values = Process(Bytes with { ShortestEdge = edge, Crop = null }, picture);
        Assert.Equal((newHeight, newWidth), (values.Shape[1], values.Shape[2]));
    }

    [Fact]
    public void An_exact_size_ignores_the_aspect()
    {
        using var picture = TestPicture.Noise(30, 20);
        var values = Process(Bytes with { ShortestEdge = null, ResizeTo = (11, 13), Crop = null }, picture);
        Assert.Equal((11, 13), (values.Shape[1], values.Shape[2]));
    }

    [Fact]
    public void Padding_has_the_mean_colour_and_is_split_downwards()
    {
        using var picture = TestPicture.Filled(5, 2, 0x00_00_00_FF);
        var values = Process(Bytes with { PadToSquare = true, Resize = false, Crop = null, Mean = [0.1, 0.999, 0.5] }, picture);
        Assert.Equal((5, 5), (values.Shape[1], values.Shape[2]));
        float[] rows = [25, 255, 255, 25, 25];
        Assert.Equal(rows, Enumerable.Range(0, 5).Select(y => values.Data[y * 5]));
        Assert.Equal(254, values.Data[25]);
        Assert.Equal(127, values.Data[50]);
    }

    [Fact]
    public void Values_are_rescaled_and_normalized()
    {
        using var picture = TestPicture.Filled(1, 1, 0x00_FF_80_00);
        var config = new ImageProcessorConfig { Resize = false, Crop = null, RescaleFactor = 0.5, Mean = [1, 2, 3], StandardDeviation = [2, 4, 8] };
        Assert.Equal([-0.5f, 15.5f, 15.5625f], Process(config, picture).Data);
        Assert.Equal([0f, 64f, 127.5f], Process(config with { Normalize = false }, picture).Data);
    }

    [Fact]
    public void A_result_above_the_limit_is_not_made()
    {
        using var picture = TestPicture.Noise(2000, 2);
        var processor = new ImageProcessor(new ImageProcessorConfig { Crop = null }, maxMegapixels: 1);
        Assert.False(processor.Process(picture.Image).TryGet(out _, out var failure));
        Assert.Equal(FailureReason.ImageTooLarge, failure.Reason);
        Assert.Contains("224000×224", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_are_the_same_from_many_threads_at_once()
    {
        using var picture = TestPicture.Noise(90, 70);
        var file = picture.Png();
        var processor = new ImageProcessor(new ImageProcessorConfig { PadToSquare = true }, maxMegapixels: 1);
        Assert.True(processor.Process(file).TryGet(out var expected, out _));
        Parallel.For(0, 32, _ =>
        {
            Assert.True(processor.Process(file).TryGet(out var values, out var failure), failure?.Message);
            Assert.Equal(expected.Data, values.Data);
        });
    }

    private static PixelValues Process(ImageProcessorConfig config, TestPicture picture)
    {
        Assert.True(new ImageProcessor(config, maxMegapixels: 1).Process(picture.Image).TryGet(out var values, out var failure), failure?.Message);
        return values;
    }
}

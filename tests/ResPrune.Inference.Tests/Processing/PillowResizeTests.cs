using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Tests.Processing;

public sealed class PillowResizeTests
{
    /// <summary>Filter by Pillow's number, then from width × height to width × height.</summary>
    public static TheoryData<int, int, int, int, int> Sizes()
    {
        var data = new TheoryData<int, int, int, int, int>();
        foreach (var filter in Enum.GetValues<ResampleFilter>())
        {
            foreach (var (width, height, newWidth, newHeight) in new[]
            {
                (1, 1, 9, 7), (9, 7, 1, 1), (64, 48, 21, 16), (21, 16, 64, 48), (50, 40, 50, 13), (50, 40, 17, 40),
                (33, 31, 33, 31), (300, 3, 11, 8), (3, 300, 8, 11), (97, 89, 24, 25),
                (70, 190, 84, 84), (31, 90, 27, 30), (40, 80, 20, 20), (9, 200, 7, 11),
            })
            {
                data.Add((int)filter, width, height, newWidth, newHeight);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Equals_a_plain_transcription_of_pillow(int filter, int width, int height, int newWidth, int newHeight)
    {
        using var source = TestPicture.Noise(width, height);
        var expected = PillowTranscription.Resize(ToPlane(source.Image), width, height, newWidth, newHeight, filter);
        using var actual = Resize(source.Image, newWidth, newHeight, (ResampleFilter)filter);
        Assert.Equal(expected, ToPlane(actual));
    }

    [Theory]
    [InlineData(40, 10, 12, 3, 9)]
    [InlineData(10, 40, 12, 5, 4)]
    [InlineData(7, 5, 30, 0, 30)]
    public void A_window_of_the_padded_picture_equals_padding_resizing_and_cutting(int width, int height, int side, int start, int length)
    {
        const uint Grey = 0x00_32_64_96;
        using var source = TestPicture.Noise(width, height);
        var padded = Math.Max(width, height);
        using var square = TestPicture.Filled(padded, padded, Grey);
        var (left, top) = ((padded - width) / 2, (padded - height) / 2);
        for (var y = 0; y < height; y++)
        {
            source.Image.Pixels.Slice(y * source.Image.Stride, source.Image.Stride)
                .CopyTo(square.Image.Pixels[(((top + y) * square.Image.Stride) + (left * RgbImage.PixelBytes))..]);
        }

        using var whole = Resize(square.Image, side, side, ResampleFilter.Bicubic);
        using var window = PillowResize.Resize(
            source.Image,
            ResampleAxis.Create(new AxisGeometry(width, padded, left, side, start, length), ResampleFilter.Bicubic),
            ResampleAxis.Create(new AxisGeometry(height, padded, top, side, start, length), ResampleFilter.Bicubic),
            Grey);
        var (expected, actual) = (ToPlane(whole), ToPlane(window));
        for (var y = 0; y < length; y++)
        {
            Assert.Equal(
                expected.AsSpan(((((y + start) * side) + start) * PixelValues.Channels), length * PixelValues.Channels).ToArray(),
                actual.AsSpan(y * length * PixelValues.Channels, length * PixelValues.Channels).ToArray());
        }
    }

    [Fact]
    public void A_window_of_the_padded_picture_is_the_same_where_the_height_shrinks_first()
    {
        const uint Grey = 0x00_32_64_96;
        const int Side = 60;
        using var source = TestPicture.Noise(20, Side);
        using var square = TestPicture.Filled(Side, Side, Grey);
        for (var y = 0; y < Side; y++)
            source.Image.Pixels.Slice(y * source.Image.Stride, source.Image.Stride).CopyTo(square.Image.Pixels[((y * square.Image.Stride) + (20 * RgbImage.PixelBytes))..]);
        using var whole = Resize(square.Image, 50, 15, ResampleFilter.Bicubic);
        using var window = PillowResize.Resize(
            source.Image,
            ResampleAxis.Create(new AxisGeometry(20, Side, 20, 50, 3, 41), ResampleFilter.Bicubic),
            ResampleAxis.Create(new AxisGeometry(Side, Side, 0, 15, 2, 9), ResampleFilter.Bicubic),
            Grey);
        var (expected, actual) = (ToPlane(whole), ToPlane(window));
        for (var y = 0; y < 9; y++)
        {
            Assert.Equal(
                expected.AsSpan((((y + 2) * 50) + 3) * PixelValues.Channels, 41 * PixelValues.Channels).ToArray(),
                actual.AsSpan(y * 41 * PixelValues.Channels, 41 * PixelValues.Channels).ToArray());
        }
    }

    [Theory]
    [InlineData(1, 60000)]
    [InlineData(60000, 1)]
    public void A_thread_of_a_picture_costs_no_more_than_its_pixels(int width, int height)
    {
        using var source = TestPicture.Noise(width, height);
        var processor = new ImageProcessor(new ImageProcessorConfig { PadToSquare = true }, maxMegapixels: 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(processor.Process(source.Image).TryGet(out var padded, out var failure), failure?.Message);
        processor = new ImageProcessor(new ImageProcessorConfig(), maxMegapixels: 100);
        Assert.True(processor.Process(source.Image).TryGet(out var cropped, out failure), failure?.Message);
        Assert.Equal(padded.Data.Length, cropped.Data.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256L << 20);
    }

    private static RgbImage Resize(RgbImage source, int width, int height, ResampleFilter filter) => PillowResize.Resize(
        source,
        ResampleAxis.Create(new AxisGeometry(source.Width, source.Width, 0, width, 0, width), filter),
        ResampleAxis.Create(new AxisGeometry(source.Height, source.Height, 0, height, 0, height), filter),
        padding: 0);

    private static byte[] ToPlane(RgbImage image)
    {
        var plane = new List<byte>();
        for (var i = 0; i < image.Pixels.Length; i += RgbImage.PixelBytes) plane.AddRange(image.Pixels.Slice(i, PixelValues.Channels));
        return [.. plane];
    }
}

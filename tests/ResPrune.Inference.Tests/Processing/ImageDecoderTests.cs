using System.Buffers.Binary;
using ResPrune.Golden;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Processing;
using SkiaSharp;

namespace ResPrune.Inference.Tests.Processing;

public sealed class ImageDecoderTests
{
    private readonly ImageDecoder _decoder = new(maxMegapixels: 100);

    [Fact]
    public void No_bytes_are_undecodable() => AssertFails(FailureReason.ImageUndecodable, [], "0 bytes");

    [Theory]
    [InlineData("This is a text that somebody named photo.jpg.")]
    [InlineData("BM is how this text begins, but it is no bitmap.")]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("%PDF-1.7")]
    [InlineData("RIFF\0\0\0\0WAVEfmt ")]
    [InlineData("\0\0\u0001\0\u0001\0 an icon")]
    [InlineData("x")]
    public void Bytes_of_no_image_format_are_unsupported(string content) =>
        AssertFails(FailureReason.ImageUnsupported, System.Text.Encoding.Latin1.GetBytes(content), "no supported image format");

    [Theory]
    [InlineData(60000, 60000)]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(10001, 10000)]
    [InlineData(70000, 1)]
    [InlineData(1, 70000)]
    public void A_png_header_above_the_limit_is_refused_before_decoding(int width, int height)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        AssertFails(FailureReason.ImageTooLarge, TestPicture.Png(width, height, 8, 2, [0]), $"{width}×{height}");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, 0)]
    [InlineData(-1, 10)]
    public void A_png_header_with_an_impossible_side_fails(int width, int height) =>
        Assert.False(_decoder.Decode(TestPicture.Png(width, height, 8, 2, [0])).TryGet(out _, out _));

    [Fact]
    public void Gif_and_bmp_headers_above_the_limit_are_refused_before_decoding()
    {
        byte[] gif =
        [
            .. "GIF89a"u8, 0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0, 0, 0, 0, 0, 255, 255, 255,
            (byte)',', 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0, 2, 2, 0x44, 1, 0, (byte)';',
        ];
        AssertFails(FailureReason.ImageTooLarge, gif, "65535×65535");
        var bmp = new byte[54 + 4];
        "BM"u8.CopyTo(bmp);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(2), bmp.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(18), 30000);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(22), 30000);
        bmp[26] = 1;
        bmp[28] = 24;
        AssertFails(FailureReason.ImageTooLarge, bmp, "30000×30000");
    }

    [Fact]
    public void The_limit_is_a_setting()
    {
        using var picture = TestPicture.Noise(100, 101);
        Assert.False(new ImageDecoder(maxMegapixels: 0.01).Decode(picture.Png()).TryGet(out _, out var failure));
        Assert.Equal(FailureReason.ImageTooLarge, failure.Reason);
        Assert.True(new ImageDecoder(maxMegapixels: 0.0101).Decode(picture.Png()).TryGet(out var image, out failure), failure?.Message);
        image.Dispose();
    }

    /// <summary>Every reference picture that fits the kinds of decoder, cut off at many places.</summary>
    public static TheoryData<string> Pictures() => new(GoldenData.Files("images").Select(file => Path.GetFileName(file)));

    [Theory]
    [MemberData(nameof(Pictures))]
    public void A_file_cut_off_is_undecodable_unless_every_pixel_is_there(string name)
    {
        var file = File.ReadAllBytes(GoldenData.PathOf("images", name));
        using var whole = Decode(file);
        var undecodable = 0;
        for (var percent = 15; percent <= 85; percent += 10)
        {
            if (_decoder.Decode(file.AsSpan(0, Math.Max(file.Length * percent / 100, 18))).TryGet(out var image, out var failure))
            {
                using (image) Assert.True(image.Pixels.SequenceEqual(whole.Pixels), $"{percent} % of {name} gave another picture.");
                continue;
            }

            Assert.Equal(FailureReason.ImageUndecodable, failure.Reason);
            undecodable++;
        }

        Assert.NotEqual(0, undecodable);
    }

    [Fact]
    public void A_jpeg_without_its_end_marker_is_cut_off_and_bytes_behind_it_are_ignored()
    {
        using var picture = TestPicture.Noise(40, 30);
        var jpeg = picture.Encode(SKEncodedImageFormat.Jpeg);
        AssertFails(FailureReason.ImageUndecodable, jpeg.AsSpan(0, jpeg.Length - 2), "cut off");
        using var image = Decode([.. jpeg, .. "bytes behind the end"u8]);
        Assert.Equal((40, 30), (image.Width, image.Height));
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public void Damaged_files_never_throw_and_never_hang(string name)
    {
        var file = File.ReadAllBytes(GoldenData.PathOf("images", name));
        var decoder = new ImageDecoder(maxMegapixels: 1);
        var random = new Random(name.Length);
        for (var round = 0; round < 40; round++)
        {
            var damaged = (byte[])file.Clone();
            for (var hit = 0; hit <= round % 8; hit++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (decoder.Decode(damaged).TryGet(out var image, out var failure)) image.Dispose();
            else Assert.NotEmpty(failure.Message);
        }
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public void Decoding_is_deterministic(string name)
    {
        var file = File.ReadAllBytes(GoldenData.PathOf("images", name));
        using var first = Decode(file);
        using var second = Decode(file);
        Assert.True(first.Pixels.SequenceEqual(second.Pixels));
    }

    [Fact]
    public void Colours_under_full_transparency_are_kept()
    {
        using var picture = TestPicture.Filled(3, 2, 0x00_30_20_10);
        using var image = Decode(picture.Png());
        Assert.Equal((0x10, 0x20, 0x30), Rgb(image, 2, 1));
    }

    [Fact]
    public void Sixteen_bit_pixels_keep_their_high_byte()
    {
        byte[] rows = [0, 0x12, 0x34, 0x80, 0x00, 0xFF, 0xFF];
        using var image = Decode(TestPicture.Png(1, 1, 16, 2, rows));
        Assert.Equal((0x12, 0x80, 0xFF), Rgb(image, 0, 0));
    }

    [Fact]
    public void Palette_entries_with_transparency_keep_their_colour()
    {
        byte[] rows = [0, 0, 1];
        using var image = Decode(TestPicture.Png(2, 1, 8, 3, rows, ("PLTE", [9, 8, 7, 200, 100, 50]), ("tRNS", [0, 128])));
        Assert.Equal((9, 8, 7), Rgb(image, 0, 0));
        Assert.Equal((200, 100, 50), Rgb(image, 1, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_transparent_colour_of_a_gif_is_its_palette_colour(byte transparent)
    {
        // One pixel of colour 0, behind a comment and a graphic control block; LZW: clear, 0, end.
        byte[] gif =
        [
            .. "GIF89a"u8, 1, 0, 1, 0, 0x80, 0, 0, 10, 20, 30, 200, 100, 50,
            0x21, 0xFE, 2, (byte)'h', (byte)'i', 0,
            0x21, 0xF9, 4, transparent, 0, 0, 0, 0,
            (byte)',', 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, (byte)';',
        ];
        using var image = Decode(gif);
        Assert.Equal((10, 20, 30), Rgb(image, 0, 0));
    }

    [Fact]
    public void Gamma_and_colour_chunks_change_nothing()
    {
        byte[] rows = [0, 10, 100, 200];
        byte[] gamma = [0, 0, 0x27, 0x10]; // 0.1
        using var image = Decode(TestPicture.Png(1, 1, 8, 2, rows, ("gAMA", gamma)));
        Assert.Equal((10, 100, 200), Rgb(image, 0, 0));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Exif_orientation_is_applied(int orientation)
    {
        using var picture = TestPicture.Noise(48, 40);
        var plain = picture.Encode(SKEncodedImageFormat.Jpeg);
        using var stored = Decode(plain);
        using var turned = Decode(WithOrientation(plain, orientation));

        // Where the pixel that belongs at (x, y) is stored, from the EXIF standard: what row 0 and column 0 are.
        var (width, height) = (stored.Width, stored.Height);
        (int X, int Y) Stored(int x, int y) => orientation switch
        {
            1 => (x, y),
            2 => (width - 1 - x, y),
            3 => (width - 1 - x, height - 1 - y),
            4 => (x, height - 1 - y),
            5 => (y, x),
            6 => (y, height - 1 - x),
            7 => (width - 1 - y, height - 1 - x),
            _ => (width - 1 - y, x),
        };
        Assert.Equal(orientation <= 4 ? (width, height) : (height, width), (turned.Width, turned.Height));
        for (var y = 0; y < turned.Height; y++)
        {
            for (var x = 0; x < turned.Width; x++)
            {
                var (storedX, storedY) = Stored(x, y);
                Assert.Equal(Rgb(stored, storedX, storedY), Rgb(turned, x, y));
            }
        }
    }

    /// <summary>Puts an APP1 segment that holds nothing but the orientation behind the start of a JPEG.</summary>
    private static byte[] WithOrientation(byte[] jpeg, int orientation)
    {
        byte[] segment =
        [
            0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0,
            (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1,
            0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0,
        ];
        return [.. jpeg.AsSpan(0, 2), .. segment, .. jpeg.AsSpan(2)];
    }

    private static (int Red, int Green, int Blue) Rgb(RgbImage image, int x, int y)
    {
        var pixel = image.Pixels.Slice((y * image.Stride) + (x * RgbImage.PixelBytes), RgbImage.PixelBytes);
        return (pixel[0], pixel[1], pixel[2]);
    }

    private RgbImage Decode(byte[] file)
    {
        Assert.True(_decoder.Decode(file).TryGet(out var image, out var failure), failure?.Message);
        return image;
    }

    private void AssertFails(FailureReason reason, ReadOnlySpan<byte> file, string? says)
    {
        var decoded = _decoder.Decode(file).TryGet(out var image, out var failure);
        image?.Dispose();
        Assert.False(decoded, $"{file.Length} bytes were decoded.");
        Assert.Equal(reason, failure!.Reason);
        if (says is not null) Assert.Contains(says, failure.Message, StringComparison.Ordinal);
    }
}

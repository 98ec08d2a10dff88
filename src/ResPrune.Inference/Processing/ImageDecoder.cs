using ResPrune.Inference.Engine;
using SkiaSharp;

namespace ResPrune.Inference.Processing;

/// <summary>
/// (9) Decodes untrusted image files to RGB as <c>PIL.Image.convert("RGB")</c> does after <c>ImageOps.exif_transpose</c>: alpha dropped without
/// premultiplying, colour profiles ignored, first frame only. The header is judged before anything is decoded.
/// </summary>
internal sealed class ImageDecoder
{
    /// <summary>Longest side; what JPEG can express, and a bound on the resampling tables.</summary>
    public const int MaxSide = 65535;

    private const string CutOff = "it is cut off";

    private readonly long _maxPixels;
    private readonly bool _hasSecond;

    /// <summary>Takes the most pixels a header may claim, in millions (<see cref="EngineOptions.MaxImageMegapixels"/>).</summary>
    public ImageDecoder(double maxMegapixels)
        : this(maxMegapixels, SecondDecoder.IsPresent)
    {
    }

    /// <summary>Also says whether <see cref="SecondDecoder"/> may be used.</summary>
    internal ImageDecoder(double maxMegapixels, bool hasSecond)
    {
        _maxPixels = (long)Math.Min(maxMegapixels * 1e6, RgbImage.MaxPixels);
        _hasSecond = hasSecond;
    }

    /// <summary>Decodes a file; the caller disposes the image.</summary>
    public InputResult<RgbImage> Decode(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty) return new InputFailure(FailureReason.ImageUndecodable, "The image is empty (0 bytes).");
        if (ImageFileFormat.Detect(file) is not { } format)
        {
            return new InputFailure(
                FailureReason.ImageUnsupported,
                $"The {file.Length} bytes are of no supported image format ({ImageFileFormat.Supported}).");
        }

        var decoded = ImageFileFormat.NeedsSecondDecoder(format) ? DecodeSecond(format, file) : DecodeFirst(format, file);
        if (!decoded.TryGet(out var image, out var failure)) return failure;
        try
        {
            return ImageOrientation.Apply(image, OrientationReader.Read(format, file));
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private unsafe InputResult<RgbImage> DecodeFirst(string format, ReadOnlySpan<byte> file)
    {
        if (PngHeader.TryReadSize(file, out var width, out var height) && Judge(format, width, height) is { } refusal) return refusal;
        if (format == ImageFileFormat.Gif) file = GifTransparency.Remove(file);
        fixed (byte* bytes = file)
        {
            using var data = SKData.Create((nint)bytes, file.Length);
            using var codec = SKCodec.Create(data);
            if (codec is null) return Undecodable(format, file.Length, "its header is damaged or cut off");
            if (Judge(format, codec.Info.Width, codec.Info.Height) is { } tooLarge) return tooLarge;
            if (codec.EncodedFormat == SKEncodedImageFormat.Jpeg && !JpegEnd.IsReached(file)) return Undecodable(format, file.Length, CutOff);
            return format == ImageFileFormat.Png && PngGrey16.Is(file) ? DecodeGrey16(codec.Info, file) : DecodeFirst(codec, format, file.Length);
        }
    }

    private InputResult<RgbImage> DecodeSecond(string format, ReadOnlySpan<byte> file)
    {
        if (!_hasSecond) return new InputFailure(FailureReason.ImageUnsupported, $"{format} images are not read here: this build is without the decoder of TIFF, AVIF, HEIC and JPEG 2000.");
        if (ImageHeader.ReadSize(file) is not var (width, height)) return Undecodable(format, file.Length, "its header is damaged or cut off");
        if (Judge(format, width, height) is { } refusal) return refusal;

        // What the codec itself will make memory for need not be what the container says.
        if (SecondDecoder.ReadSize(format, file) is not var (wide, high)) return Undecodable(format, file.Length, "its header is damaged or cut off");
        if (Judge(format, wide, high) is { } tooLarge) return tooLarge;
        if (format is ImageFileFormat.Jp2 or ImageFileFormat.J2k && !Jpeg2000End.IsReached(file)) return Undecodable(format, file.Length, CutOff);
        return SecondDecoder.Decode(format, file, out var problem, out var unsupported) is { } image
            ? image
            : unsupported
                ? new InputFailure(FailureReason.ImageUnsupported, $"The {format} image is not read here: {problem}.")
                : Undecodable(format, file.Length, problem);
    }

    private InputFailure? Judge(string format, long width, long height)
    {
        if (width < 1 || height < 1) return new InputFailure(FailureReason.ImageUndecodable, $"The {format} image claims {width}×{height} pixels.");
        if (width <= MaxSide && height <= MaxSide && width * height <= _maxPixels) return null;
        return new InputFailure(
            FailureReason.ImageTooLarge,
            $"The {format} image claims {width}×{height} pixels; at most {_maxPixels / 1e6:0.##} megapixels and {MaxSide} a side are decoded.");
    }

    private static InputResult<RgbImage> DecodeGrey16(SKImageInfo info, ReadOnlySpan<byte> file)
    {
        var image = new RgbImage(info.Width, info.Height);
        if (PngGrey16.TryRead(file, image)) return image;
        image.Dispose();
        return Undecodable(ImageFileFormat.Png, file.Length, "its data is damaged or cut off");
    }

    private static unsafe InputResult<RgbImage> DecodeFirst(SKCodec codec, string format, int length)
    {
        // No colour space in the target: Skia then converts none, like PIL.
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var image = new RgbImage(info.Width, info.Height);
        try
        {
            image.Pixels.Clear(); // A GIF frame may cover less than the image.
            SKCodecResult result;
            fixed (byte* pixels = image.Pixels) result = codec.GetPixels(info, (nint)pixels, image.Stride, SKCodecOptions.Default);
            if (result == SKCodecResult.Success) return image;
            image.Dispose();
            return Undecodable(format, length, result == SKCodecResult.IncompleteInput ? CutOff : $"its data is damaged ({result})");
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    private static InputFailure Undecodable(string format, int length, string why) =>
        new(FailureReason.ImageUndecodable, $"The {format} image ({length} bytes) cannot be decoded: {why}.");
}

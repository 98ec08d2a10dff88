using ResPrune.Inference.Engine;
using SkiaSharp;

namespace ResPrune.Inference.Processing;

/// <summary>
/// Decodes untrusted picture files to RGB as <c>PIL.Image.convert("RGB")</c> does after <c>ImageOps.exif_transpose</c>: alpha dropped without
/// premultiplying, colour profiles ignored, first frame only. The header is judged before anything is decoded.
/// </summary>
internal sealed class ImageDecoder
{
    /// <summary>Longest side; what JPEG can express, and a bound on the resampling tables.</summary>
    private const int MaxSide = 65535;

    private const string CutOff = "it is cut off";

    private readonly long _maxPixels;

    /// <summary>Takes the most pixels a header may claim, in millions (<see cref="EngineOptions.MaxImageMegapixels"/>).</summary>
    public ImageDecoder(double maxMegapixels)
    {
        _maxPixels = (long)Math.Min(maxMegapixels * 1e6, RgbImage.MaxPixels);
    }

    /// <summary>Decodes a file; the caller disposes the picture.</summary>
    public unsafe InputResult<RgbImage> Decode(ReadOnlySpan<byte> file)
    {
        if (file.IsEmpty) return new InputFailure(FailureReason.ImageUndecodable, "The image is empty (0 bytes).");
        if (ImageFileFormat.Detect(file) is not { } format)
        {
            return new InputFailure(
                FailureReason.ImageUnsupported,
                $"The {file.Length} bytes are of no supported image format ({ImageFileFormat.Supported}).");
        }

        if (PngHeader.TryReadSize(file, out var width, out var height) && Judge(format, width, height) is { } refusal) return refusal;
        if (format == ImageFileFormat.Gif) file = GifTransparency.Remove(file);
        fixed (byte* bytes = file)
        {
            using var data = SKData.Create((nint)bytes, file.Length);
            using var codec = SKCodec.Create(data);
            if (codec is null) return Undecodable(format, file.Length, "its header is damaged or cut off");
            if (Judge(format, codec.Info.Width, codec.Info.Height) is { } tooLarge) return tooLarge;
            return codec.EncodedFormat == SKEncodedImageFormat.Jpeg && !JpegEnd.IsReached(file)
                ? Undecodable(format, file.Length, CutOff)
                : Decode(codec, format, file.Length);
        }
    }

    private InputFailure? Judge(string format, long width, long height)
    {
        if (width < 1 || height < 1) return new InputFailure(FailureReason.ImageUndecodable, $"The {format} image claims {width}×{height} pixels.");
        if (width <= MaxSide && height <= MaxSide && width * height <= _maxPixels) return null;
        return new InputFailure(
            FailureReason.ImageTooLarge,
            $"The {format} image claims {width}×{height} pixels; at most {_maxPixels / 1e6:0.##} megapixels and {MaxSide} a side are decoded.");
    }

    private static unsafe InputResult<RgbImage> Decode(SKCodec codec, string format, int length)
    {
        // No colour space in the target: Skia then converts none, like PIL.
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var image = new RgbImage(info.Width, info.Height);
        try
        {
            image.Pixels.Clear(); // A GIF frame may cover less than the picture.
            SKCodecResult result;
            fixed (byte* pixels = image.Pixels) result = codec.GetPixels(info, (nint)pixels, image.Stride, SKCodecOptions.Default);
            if (result != SKCodecResult.Success)
            {
                image.Dispose();
                return Undecodable(format, length, result == SKCodecResult.IncompleteInput ? CutOff : $"its data is damaged ({result})");
            }

            return ImageOrientation.Apply(image, codec.EncodedOrigin);
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

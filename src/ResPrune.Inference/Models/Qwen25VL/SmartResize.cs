using ResPrune.Inference.Engine;
using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>
/// The size a picture is resized to: multiples of a unit, its pixels within bounds, its shape kept as nearly as that allows. HF
/// <c>image_processing_qwen2_vl.py</c>, <c>smart_resize</c>, in the same double-precision steps.
/// </summary>
/// <param name="Unit">Pixels along a side of a visual token.</param>
/// <param name="MinPixels">Fewer are enlarged to as many.</param>
/// <param name="MaxPixels">More are reduced to as many.</param>
internal readonly record struct SmartResize(int Unit, long MinPixels, long MaxPixels)
{
    /// <summary>A side may be at most this many times the other.</summary>
    private const int MaxAspectRatio = 200;

    /// <summary>The size of a picture after resizing; a failure when it is too thin.</summary>
    public InputFailure? TryResize(int height, int width, out (long Height, long Width) size)
    {
        size = default;
        if ((double)Math.Max(height, width) / Math.Min(height, width) > MaxAspectRatio)
        {
            return new InputFailure(
                FailureReason.ImageUnsupported,
                $"The image of {width}×{height} pixels is too thin: this model takes a side of at most {MaxAspectRatio} times the other.");
        }

        // Math.Round halves to even, as Python does.
        size = ((long)Math.Round((double)height / Unit) * Unit, (long)Math.Round((double)width / Unit) * Unit);
        if (size.Height * size.Width > MaxPixels)
        {
            var shrink = Math.Sqrt((double)((long)height * width) / MaxPixels);
            size = (Math.Max(Unit, Floor(height / shrink)), Math.Max(Unit, Floor(width / shrink)));
        }
        else if (size.Height * size.Width < MinPixels)
        {
            var grow = Math.Sqrt((double)MinPixels / ((long)height * width));
            size = (Ceiling(height * grow), Ceiling(width * grow));
        }

        return null;
    }

    private long Floor(double side) => (long)Math.Floor(side / Unit) * Unit;

    private long Ceiling(double side) => (long)Math.Ceiling(side / Unit) * Unit;
}

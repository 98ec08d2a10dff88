namespace ResPrune.Inference.Processing;

/// <summary>
/// Weights of one pass of Pillow's resampling (<c>Resample.c</c>: <c>precompute_coeffs</c>, <c>normalize_coeffs_8bpc</c>), 22-bit fixed point. Taps
/// that fall on the padding have one colour and are summed up into one weight.
/// </summary>
internal sealed class ResampleAxis
{
    /// <summary>Fraction bits of a weight: 32 less 8 for the pixel and 2 for overshoot.</summary>
    public const int PrecisionBits = 22;

    private readonly (int First, int Offset, int Count, int Padding)[] _outputs;
    private readonly int[] _weights;

    private ResampleAxis(AxisGeometry axis, (int First, int Offset, int Count, int Padding)[] outputs, int[] weights)
    {
        Scale = (double)axis.PaddedSize / axis.ResizedSize;
        _outputs = outputs;
        _weights = weights;
        SourceStart = outputs.Where(output => output.Count > 0).Select(output => output.First).DefaultIfEmpty(0).Min();
        SourceEnd = outputs.Where(output => output.Count > 0).Select(output => output.First + output.Count).DefaultIfEmpty(0).Max();
        NeedsPadding = outputs.Any(output => output.Padding != 0);
    }

    /// <summary>Pixels of the padded picture for each resized one: above 1 where it is reduced.</summary>
    public double Scale { get; }

    /// <summary>Output pixels.</summary>
    public int Length => _outputs.Length;

    /// <summary>First source pixel that any output needs.</summary>
    public int SourceStart { get; }

    /// <summary>One behind the last source pixel that any output needs.</summary>
    public int SourceEnd { get; }

    /// <summary>Whether any output sees the padding.</summary>
    public bool NeedsPadding { get; }

    /// <summary>All weights; an output's begin at its offset.</summary>
    public ReadOnlySpan<int> Weights => _weights;

    /// <summary>An output's first source pixel, where its weights begin, how many they are, and the weight of the padding's colour.</summary>
    public (int First, int Offset, int Count, int Padding) this[int output] => _outputs[output];

    /// <summary>Computes the weights of a window.</summary>
    public static ResampleAxis Create(AxisGeometry axis, ResampleFilter filter)
    {
        // Pillow leaves out a pass that changes nothing, whatever the filter.
        if (filter == ResampleFilter.Nearest || axis.ResizedSize == axis.PaddedSize) return CreateNearest(axis);
        var outputs = new (int First, int Offset, int Count, int Padding)[axis.WindowLength];
        var weights = new List<int>();
        var scale = (double)axis.PaddedSize / axis.ResizedSize;
        var filterScale = Math.Max(scale, 1.0);
        var support = Radius(filter) * filterScale;
        var taps = new double[((int)Math.Ceiling(support) * 2) + 1];
        for (var i = 0; i < outputs.Length; i++)
        {
            var center = (axis.WindowStart + i + 0.5) * scale;
            var first = Math.Max((int)(center - support + 0.5), 0);
            var count = Math.Min((int)(center + support + 0.5), axis.PaddedSize) - first;
            var total = 0.0;
            for (var tap = 0; tap < count; tap++)
            {
                taps[tap] = Weigh(filter, (tap + first - center + 0.5) * (1.0 / filterScale));
                total += taps[tap];
            }

            outputs[i] = AddOutput(axis, weights, first, taps.AsSpan(0, count), total);
        }

        return new ResampleAxis(axis, outputs, [.. weights]);
    }

    private static (int First, int Offset, int Count, int Padding) AddOutput(
        AxisGeometry axis, List<int> weights, int first, ReadOnlySpan<double> taps, double total)
    {
        var offset = weights.Count;
        var padding = 0;
        for (var tap = 0; tap < taps.Length; tap++)
        {
            var weight = ToFixed(total == 0 ? taps[tap] : taps[tap] / total);
            var source = first + tap - axis.PadBefore;
            if (source >= 0 && source < axis.Size) weights.Add(weight);
            else padding += weight;
        }

        return (Math.Clamp(first - axis.PadBefore, 0, axis.Size), offset, weights.Count - offset, padding);
    }

    /// <summary>Pillow's <c>ImagingScaleAffine</c>, which adds the scale up step by step.</summary>
    private static ResampleAxis CreateNearest(AxisGeometry axis)
    {
        var outputs = new (int First, int Offset, int Count, int Padding)[axis.WindowLength];
        var scale = (double)axis.PaddedSize / axis.ResizedSize;
        var position = scale * 0.5;
        if (scale == 1) position += axis.WindowStart;
        else for (var skipped = 0L; skipped < axis.WindowStart; skipped++) position += scale;
        for (var i = 0; i < outputs.Length; i++, position += scale)
        {
            var source = (int)position - axis.PadBefore;
            outputs[i] = source >= 0 && source < axis.Size ? (source, 0, 1, 0) : (0, 0, 0, 1 << PrecisionBits);
        }

        return new ResampleAxis(axis, outputs, [1 << PrecisionBits]);
    }

    private static int ToFixed(double weight) => (int)((weight * (1 << PrecisionBits)) + (weight < 0 ? -0.5 : 0.5));

    private static double Radius(ResampleFilter filter) => filter switch
    {
        ResampleFilter.Bilinear => 1,
        ResampleFilter.Bicubic => 2,
        ResampleFilter.Lanczos => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(filter), filter, "This filter has no radius."),
    };

    private static double Weigh(ResampleFilter filter, double x)
    {
        x = Math.Abs(x);
        return filter switch
        {
            ResampleFilter.Bilinear => x < 1 ? 1 - x : 0,
            ResampleFilter.Bicubic => Cubic(x),
            _ => x < 3 ? Sinc(x) * Sinc(x / 3) : 0,
        };
    }

    private static double Cubic(double x)
    {
        const double A = -0.5;
        if (x < 1) return ((((A + 2) * x) - (A + 3)) * x * x) + 1;
        return x < 2 ? ((((x - 5) * x) + 8) * x - 4) * A : 0;
    }

    private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(x * Math.PI) / (x * Math.PI);
}

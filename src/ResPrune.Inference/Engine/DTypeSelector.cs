using System.Diagnostics;
using System.Globalization;
using ResPrune.Inference.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>
/// Turns the words of <c>--dtype</c> into what a model computes in and what its weights are held in. On a CPU <c>auto</c> measures: with
/// AVX512-BF16 or AMX a bfloat16 product is 2–4 times faster than a float32 one, on an AVX2-only machine hundreds of times slower; and it
/// looks at the memory there is.
/// </summary>
internal static class DTypeSelector
{
    /// <summary>Weights below this are a small model's: computed in float32 on a CPU, because casts cost more than the products save.</summary>
    public const long SmallModelBytes = 100_000_000;

    /// <summary>How much faster bfloat16 must be to be worth its rounding.</summary>
    private const double WorthwhileSpeedUp = 1.3;

    /// <summary>Part of the free memory that <c>auto</c> leaves to caches, pictures and activations.</summary>
    private const double HeadRoom = 0.25;

    private static readonly TimeSpan MeasuringTime = TimeSpan.FromSeconds(0.25);
    private static readonly RunningDType BFloat16 = new(ScalarType.BFloat16);

    /// <summary>Resolves <c>auto</c>, <c>float32</c>, <c>bfloat16</c> or <c>float16</c> on this machine.</summary>
    /// <param name="text">The word.</param>
    /// <param name="device">Where the model will run.</param>
    /// <param name="sizes">What the checkpoint holds.</param>
    /// <exception cref="ModelLoadException">The word is none of these, or the weights do not fit in memory so.</exception>
    public static RunningDType Resolve(string text, Device device, WeightSizes sizes)
    {
        var onCpu = device.type == DeviceType.CPU;
        var speedUp = onCpu && text == "auto" && sizes.StoredBytes >= SmallModelBytes ? MeasureSpeedUp() : 1;
        return Decide(text, onCpu, sizes, speedUp, AvailableMemory.Bytes());
    }

    /// <summary>The decision itself.</summary>
    /// <param name="text">The word of <c>--dtype</c>.</param>
    /// <param name="onCpu">Whether the model will run on the CPU.</param>
    /// <param name="sizes">What the checkpoint holds.</param>
    /// <param name="speedUp">How many times faster than a float32 product a bfloat16 one is; only looked at for <c>auto</c> on a CPU.</param>
    /// <param name="availableBytes">Memory that may still be taken; only looked at on a CPU.</param>
    /// <exception cref="ModelLoadException">The word is none of these, or the weights do not fit in memory so.</exception>
    public static RunningDType Decide(string text, bool onCpu, WeightSizes sizes, double speedUp, long availableBytes) => text switch
    {
        "float16" when onCpu =>
            throw new ModelLoadException("--dtype float16 is 40 times slower than float32 on a CPU: use auto, float32 or bfloat16."),
        "auto" when onCpu => Automatic(sizes, speedUp, availableBytes),
        "auto" => BFloat16,
        "float32" => Fitting(RunningDType.Float32, onCpu, sizes, availableBytes, "use auto, which keeps weights in half precision"),
        "bfloat16" => Fitting(BFloat16, onCpu, sizes, availableBytes, "use auto, which keeps weights as they are stored"),
        "float16" => new RunningDType(ScalarType.Float16),
        _ => throw new ModelLoadException($"--dtype '{text}' is unknown: use auto, float32, bfloat16 or float16."),
    };

    /// <summary>
    /// bfloat16 where it is fast. Else float32 products over half-precision weights where they lie in their files, widened 4 MiB at a time: against a
    /// float32 copy a prefill takes about as long, a decode step, which reads half the bytes, less; it takes half the memory and loads at the
    /// speed of the disk. Weights stored in float32 stay so where they fit, and are rounded to bfloat16 where they do not.
    /// </summary>
    private static RunningDType Automatic(WeightSizes sizes, double speedUp, long availableBytes)
    {
        if (sizes.StoredBytes < SmallModelBytes) return RunningDType.Float32;
        var limit = (long)(availableBytes * (1 - HeadRoom));
        if (speedUp > WorthwhileSpeedUp && sizes.OwnBytes(BFloat16) <= limit) return BFloat16;
        var mostlyHalf = sizes.Float16 + sizes.BFloat16 > sizes.Float32 + sizes.Float64;
        if (!mostlyHalf && sizes.Bytes(RunningDType.Float32) <= limit) return RunningDType.Float32;
        return Fitting(
            new RunningDType(ScalarType.Float32, sizes.StoredHalf),
            onCpu: true,
            sizes,
            availableBytes,
            "use a machine with more memory, or a checkpoint stored in bfloat16");
    }

    /// <summary>Refuses what needs more memory than there is. Weights used where they lie in their files need none of their own.</summary>
    private static RunningDType Fitting(RunningDType dtype, bool onCpu, WeightSizes sizes, long availableBytes, string advice)
    {
        var needed = sizes.OwnBytes(dtype);
        if (!onCpu || needed <= availableBytes) return dtype;
        throw new ModelLoadException(string.Create(
            CultureInfo.InvariantCulture,
            $"--dtype {RunningDType.Name(dtype.Compute)}: the weights, {Gibibytes(sizes.StoredBytes):F1} GiB on disk, take {Gibibytes(needed):F1} GiB of memory as {dtype}, "
            + $"and {Gibibytes(availableBytes):F1} GiB are free: {advice}."));
    }

    private static double Gibibytes(long bytes) => bytes / (double)(1L << 30);

    /// <summary>
    /// How many times faster a prefill-shaped bfloat16 product is than a float32 one: best times of turns taken alternately for a quarter of a
    /// second, because what else the machine does would otherwise decide. Small enough that 0.3 GFLOP/s still ends within a second.
    /// </summary>
    private static double MeasureSpeedUp()
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var (wide, narrow) = (double.PositiveInfinity, double.PositiveInfinity);
        var (wideX, wideW) = (ones([128, 512]), ones([512, 512]));
        var (narrowX, narrowW) = (wideX.to_type(ScalarType.BFloat16), wideW.to_type(ScalarType.BFloat16));
        var started = Stopwatch.GetTimestamp();
        for (var turn = 0; turn < 4 || Stopwatch.GetElapsedTime(started) < MeasuringTime; turn++)
        {
            wide = Math.Min(wide, Time(wideX, wideW));
            narrow = Math.Min(narrow, Time(narrowX, narrowW));
        }

        return wide / narrow;
    }

    private static double Time(Tensor x, Tensor w)
    {
        var started = Stopwatch.GetTimestamp();
        using var product = x.matmul(w);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}

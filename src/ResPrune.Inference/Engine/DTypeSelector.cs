using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>
/// Turns the words of <c>--dtype</c> into a type. On a CPU <c>auto</c> measures: with AVX512-BF16 or AMX a bfloat16 product is 2–4 times
/// faster than a float32 one, on an AVX2-only machine hundreds of times slower.
/// </summary>
internal static class DTypeSelector
{
    /// <summary>How much faster bfloat16 must be to be worth its rounding.</summary>
    private const double WorthwhileSpeedUp = 1.3;

    /// <summary>
    /// Resolves <c>auto</c>, <c>float32</c>, <c>bfloat16</c> or <c>float16</c>. A small model is computed in float32 on a CPU: casts cost
    /// more there than the products save.
    /// </summary>
    /// <exception cref="ModelLoadException">The words are none of these.</exception>
    public static ScalarType Resolve(string text, Device device, bool smallModel) => text switch
    {
        "float32" => ScalarType.Float32,
        "bfloat16" => ScalarType.BFloat16,
        "float16" when device.type == DeviceType.CPU =>
            throw new ModelLoadException("--dtype float16 is 40 times slower than float32 on a CPU: use auto, float32 or bfloat16."),
        "float16" => ScalarType.Float16,
        "auto" when device.type != DeviceType.CPU => ScalarType.BFloat16,
        "auto" when smallModel => ScalarType.Float32,
        "auto" => Time(ScalarType.Float32) > WorthwhileSpeedUp * Time(ScalarType.BFloat16) ? ScalarType.BFloat16 : ScalarType.Float32,
        _ => throw new ModelLoadException($"--dtype '{text}' is unknown: use auto, float32, bfloat16 or float16."),
    };

    /// <summary>The name used on the command line and in manifests.</summary>
    public static string Name(ScalarType type) => type switch
    {
        ScalarType.Float32 => "float32",
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.Float16 => "float16",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>Seconds of a prefill-shaped product, best of three; small enough that 0.3 GFLOP/s still ends within a second.</summary>
    private static double Time(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var x = ones([128, 512], dtype: type);
        var w = ones([512, 512], dtype: type);
        var best = double.PositiveInfinity;
        for (var i = 0; i < 4; i++)
        {
            var started = Stopwatch.GetTimestamp();
            x.matmul(w);
            if (i > 0) best = Math.Min(best, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        return best;
    }
}

using System.Numerics;

namespace ResPrune.TinyModel.Training;

/// <summary>Decoupled weight decay Adam (Loshchilov and Hutter 2019) over the vector of all weights, in one pass.</summary>
internal sealed class AdamW
{
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.95f;
    private const float Epsilon = 1e-8f;
    private const float Decay = 0.05f;
    private const float MaxNorm = 1;

    private readonly IReadOnlyList<TrainingWeight> _entries;

    public AdamW(IReadOnlyList<TrainingWeight> entries)
    {
        _entries = entries;
        var count = entries.Sum(e => e.Length);
        Mean = new float[count];
        Square = new float[count];
    }

    /// <summary>Running mean of the gradient.</summary>
    public float[] Mean { get; }

    /// <summary>Running mean of its square.</summary>
    public float[] Square { get; }

    /// <summary>One update.</summary>
    /// <param name="weights">Changed in place.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="step">Updates done before this one.</param>
    /// <param name="rate">Learning rate of each weight.</param>
    /// <returns>The gradient's norm before clipping.</returns>
    public float Update(Span<float> weights, ReadOnlySpan<float> gradient, long step, Func<TrainingWeight, float> rate)
    {
        var norm = Norm(gradient);
        var clip = norm > MaxNorm ? MaxNorm / norm : 1;
        var correct1 = 1 - MathF.Pow(Beta1, step + 1);
        var correct2 = 1 - MathF.Pow(Beta2, step + 1);
        foreach (var entry in _entries)
        {
            var at = entry.Offset..(entry.Offset + entry.Length);
            var lr = rate(entry);
            Update(weights[at], gradient[at], Mean.AsSpan(at), Square.AsSpan(at), clip, lr / correct1, 1 / correct2, entry.Decays ? lr * Decay : 0);
        }

        return norm;
    }

    private static void Update(
        Span<float> weights, ReadOnlySpan<float> gradient, Span<float> mean, Span<float> square, float clip, float rate, float correct, float decay)
    {
        var i = 0;
        for (; i <= weights.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var g = new Vector<float>(gradient[i..]) * clip;
            var m = new Vector<float>(mean[i..]) * Beta1 + g * (1 - Beta1);
            var v = new Vector<float>(square[i..]) * Beta2 + g * g * (1 - Beta2);
            var w = new Vector<float>(weights[i..]);
            m.CopyTo(mean[i..]);
            v.CopyTo(square[i..]);
            (w * (1 - decay) - m * rate / (Vector.SquareRoot(v * correct) + new Vector<float>(Epsilon))).CopyTo(weights[i..]);
        }

        for (; i < weights.Length; i++)
        {
            var g = gradient[i] * clip;
            mean[i] = mean[i] * Beta1 + g * (1 - Beta1);
            square[i] = square[i] * Beta2 + g * g * (1 - Beta2);
            weights[i] = weights[i] * (1 - decay) - mean[i] * rate / (MathF.Sqrt(square[i] * correct) + Epsilon);
        }
    }

    private static float Norm(ReadOnlySpan<float> values)
    {
        double sum = 0;
        for (var start = 0; start < values.Length; start += 4096)
        {
            var part = values.Slice(start, Math.Min(4096, values.Length - start));
            float partial = 0;
            foreach (var value in part)
                partial += value * value;
            sum += partial;
        }

        return (float)Math.Sqrt(sum);
    }
}

using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Language;

/// <summary>
/// Rotary position embedding, half-split as HF <c>rotate_half</c>. Angles are computed in float32 for the tokens at hand: a table over a context
/// of 128,000 positions would take 130 MB. Shapes: N tokens, H heads, D head size.
/// </summary>
internal sealed class RotaryEmbedding : IDisposable
{
    private readonly Tensor _frequencies;
    private readonly Tensor? _rows;

    /// <param name="frequencies">Radians a position, for each of the D/2 pairs; see <see cref="Frequencies"/>.</param>
    /// <param name="rows">Which row of multi-row positions turns each pair; null where positions have one row.</param>
    /// <param name="device">Where the positions will be.</param>
    public RotaryEmbedding(float[] frequencies, long[]? rows, Device device)
    {
        _frequencies = tensor(frequencies, device: device).DetachFromDisposeScope();
        _rows = rows is null ? null : tensor(rows, device: device).DetachFromDisposeScope();
    }

    /// <summary>θ^(−2i/size) for i below size/2, in float32 as HF computes <c>inv_freq</c>.</summary>
    public static float[] Frequencies(int size, double theta)
    {
        var frequencies = new float[size / 2];
        for (var i = 0; i < frequencies.Length; i++) frequencies[i] = 1 / MathF.Pow((float)theta, 2f * i / size);
        return frequencies;
    }

    /// <summary>Cosine and sine of each token's angles in float32, ready to broadcast over heads. int64 [N], or [rows, N] with multi-row positions -> 2 x [N, 1, D]</summary>
    public (Tensor Cos, Tensor Sin) Angles(Tensor positionIds)
    {
        using var scope = NewDisposeScope();
        var places = positionIds.to_type(ScalarType.Float32);
        var angles = places.dim() == 1
            ? outer(places, _frequencies) // [N, D/2]
            : places.index_select(0, _rows!).transpose(0, 1) * _frequencies; // [rows, N] -> [D/2, N] -> [N, D/2]
        var doubled = cat([angles, angles], 1).unsqueeze(1); // [N, 1, D]
        return (doubled.cos().MoveToOuterDisposeScope(), doubled.sin().MoveToOuterDisposeScope());
    }

    /// <summary>Rotates queries or keys by float32 angles; the result has their own type. [N, H, D] -> [N, H, D]</summary>
    public static Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        using var scope = NewDisposeScope();
        var half = x.size(-1) / 2;
        var rotated = cat([x.narrow(-1, half, half).neg(), x.narrow(-1, 0, half)], -1);
        return (x * cos).Plus(rotated * sin).to_type(x.dtype).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _frequencies.Dispose();
        _rows?.Dispose();
    }
}

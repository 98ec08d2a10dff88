using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Language;

/// <summary>
/// Rotary position embedding from a table in float32, half-split as HF <c>rotate_half</c>. Shapes: N tokens, H heads, D head size.
/// </summary>
internal sealed class RotaryEmbedding : IDisposable
{
    private readonly Tensor _cos;
    private readonly Tensor _sin;

    public RotaryEmbedding(int headSize, int positions, double theta, Device device)
    {
        using var scope = NewDisposeScope();
        var inverse = new float[headSize / 2];
        for (var i = 0; i < inverse.Length; i++) inverse[i] = 1 / MathF.Pow((float)theta, 2f * i / headSize);
        var places = new float[positions];
        for (var i = 0; i < positions; i++) places[i] = i;
        var angles = outer(tensor(places), tensor(inverse)); // [positions, D/2]
        var doubled = cat([angles, angles], 1); // [positions, D]
        _cos = doubled.cos().to(device).DetachFromDisposeScope();
        _sin = doubled.sin().to(device).DetachFromDisposeScope();
    }

    /// <summary>Table rows of the tokens, ready to broadcast over heads. [N] -> 2 x [N, 1, D]</summary>
    public (Tensor Cos, Tensor Sin) Rows(Tensor positionIds, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var cos = _cos.index_select(0, positionIds).unsqueeze(1).to_type(dtype);
        var sin = _sin.index_select(0, positionIds).unsqueeze(1).to_type(dtype);
        return (cos.MoveToOuterDisposeScope(), sin.MoveToOuterDisposeScope());
    }

    /// <summary>Rotates queries or keys. [N, H, D] -> [N, H, D]</summary>
    public static Tensor Rotate(Tensor x, Tensor cos, Tensor sin)
    {
        using var scope = NewDisposeScope();
        var half = x.size(-1) / 2;
        var rotated = cat([x.narrow(-1, half, half).neg(), x.narrow(-1, 0, half)], -1);
        return (x * cos).Plus(rotated * sin).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _cos.Dispose();
        _sin.Dispose();
    }
}

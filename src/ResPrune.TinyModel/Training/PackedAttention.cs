using ResPrune.Inference.Models;
using ResPrune.Inference.Models.Language;
using static TorchSharp.torch;

namespace ResPrune.TinyModel.Training;

/// <summary>
/// Attention of a training batch: first the visual part of all B pictures (V tokens each, causal), then their text rows (M rows of R tokens),
/// each token of which sees its picture's visual part and, by the mask, what came before in its own question. Written out instead of masked
/// as one square, which would be mostly masked; and plain products, which in bfloat16 are twice as fast here as the fused kernel.
/// </summary>
/// <param name="pictures">B.</param>
/// <param name="visual">V.</param>
/// <param name="rows">M.</param>
/// <param name="width">R.</param>
/// <param name="mask">Additive mask [B, 1, M, R, R] in the compute type.</param>
internal sealed class PackedAttention(long pictures, long visual, long rows, long width, Tensor mask) : IAttentionPlan
{
    private const float Hidden = -30000;

    private readonly Tensor _causal = Causal(visual).to_type(mask.dtype);

    public Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        using var scope = NewDisposeScope();
        long heads = query.size(1), size = query.size(2);
        using var scale = tensor(1f / MathF.Sqrt(size)).to_type(query.dtype);
        var scaled = query * scale;
        var (seenKeys, seenValues) = (Visual(key), Visual(value)); // [B, H, V, D]
        var looking = matmul(Visual(scaled), seenKeys.transpose(2, 3)).Plus(_causal); // [B, H, V, V]
        var visualOut = matmul(looking.softmax(-1), seenValues).transpose(1, 2).reshape(pictures * visual, heads * size);

        var (asking, ownKeys, ownValues) = (Text(scaled), Text(key), Text(value)); // [B, H, M, R, D]
        var toVisual = matmul(asking.view(pictures, heads, rows * width, size), seenKeys.transpose(2, 3)).view(pictures, heads, rows, width, visual);
        var toOwn = matmul(asking, ownKeys.transpose(3, 4)).Plus(mask); // [B, H, M, R, R]
        var shares = cat([toVisual, toOwn], -1).softmax(-1); // [B, H, M, R, V+R]
        var fromVisual = matmul(shares.narrow(-1, 0, visual).reshape(pictures, heads, rows * width, visual), seenValues); // [B, H, M·R, D]
        var fromOwn = matmul(shares.narrow(-1, visual, width), ownValues).view(pictures, heads, rows * width, size);
        var textOut = fromVisual.Plus(fromOwn).transpose(1, 2).reshape(pictures * rows * width, heads * size);
        return cat([visualOut, textOut], 0).MoveToOuterDisposeScope(); // [N, H·D]
    }

    private Tensor Visual(Tensor x) => // [N, H, D] -> [B, H, V, D]
        x.narrow(0, 0, pictures * visual).view(pictures, visual, x.size(1), x.size(2)).transpose(1, 2).contiguous();

    private Tensor Text(Tensor x) => // [N, H, D] -> [B, H, M, R, D]
        x.narrow(0, pictures * visual, pictures * rows * width).view(pictures, rows, width, x.size(1), x.size(2)).permute(0, 3, 1, 2, 4).contiguous();

    private static Tensor Causal(long side)
    {
        var values = new float[side * side];
        for (var row = 0; row < side; row++)
            Array.Fill(values, Hidden, (int)(row * side) + row + 1, (int)side - row - 1);
        return tensor(values).view(side, side);
    }
}

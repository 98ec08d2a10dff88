using TorchSharp;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>
/// Sums of tensors. TorchSharp 0.107's own <c>a + b</c> makes a temporary <see cref="Scalar"/> (the factor 1 of <c>alpha</c>) that the
/// finaliser may free while native code reads it: a crash, or a silently wrong sum, whenever another thread's garbage is collected. The one
/// here lives as long as the process. <c>BannedSymbols.Torch.txt</c> keeps the operators out.
/// </summary>
internal static class TensorSums
{
    private static readonly Scalar One = 1.ToScalar();

    /// <summary>a + b, broadcast.</summary>
    public static Tensor Plus(this Tensor a, Tensor b) => a.add(b, One);
}

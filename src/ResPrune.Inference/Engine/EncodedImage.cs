using ResPrune.Inference.Pruning;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>One distinct picture of a micro-batch after encoder and projector.</summary>
/// <param name="Tokens">Visual tokens on the device. [T, C]</param>
/// <param name="HostTokens">The same in float32 for the selector; absent when nobody prunes this picture.</param>
/// <param name="SeedScores">Class attention per token [T]; empty when nobody prunes, or the encoder has no class token.</param>
internal sealed record EncodedImage(Tensor Tokens, VisualTokens? HostTokens, ReadOnlyMemory<float> SeedScores);

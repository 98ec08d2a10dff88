using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>One picture in the language model's embedding space.</summary>
/// <param name="Tokens">What takes the placeholder's place before pruning, newlines included. [T, C]</param>
/// <param name="SeedScores">Class attention of each token, float32 [T]; null for encoders without a class token.</param>
internal readonly record struct VisualEmbedding(Tensor Tokens, Tensor? SeedScores);

using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>One prompt to embed.</summary>
/// <param name="Ids">Prompt ids with one image placeholder.</param>
/// <param name="ImagePosition">Where the placeholder stands.</param>
/// <param name="VisualTokens">What takes its place before pruning. [T, C]</param>
/// <param name="Kept">Indices of the visual tokens that stay, ascending.</param>
internal readonly record struct PromptPart(IReadOnlyList<int> Ids, int ImagePosition, Tensor VisualTokens, int[] Kept);

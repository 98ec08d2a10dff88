using static TorchSharp.torch;

namespace ResPrune.Inference.Models.Vision;

/// <summary>What the vision encoder gives.</summary>
/// <param name="Hidden">Hidden states of the feature layer, class token first. [B, 1+P, C]</param>
/// <param name="ClassAttention">Attention of the class token to each patch in that layer, mean over heads. [B, P]</param>
internal readonly record struct VisionFeatures(Tensor Hidden, Tensor ClassAttention);

namespace ResPrune.Inference.Engine;

/// <summary>What is loaded, for logs, manifests and metrics.</summary>
/// <param name="Name">Folder name of the checkpoint.</param>
/// <param name="ModelType"><c>model_type</c> of its <c>config.json</c>.</param>
/// <param name="Parameters">Number of weights.</param>
/// <param name="Device">Where it runs: <c>cpu</c>, <c>cuda:0</c>.</param>
/// <param name="DType">What it computes in, and what its weights are held in where that differs: <c>bfloat16</c>, <c>float32 (weights bfloat16)</c>.</param>
/// <param name="WeightsDigest">Lower-case hex digest of the weights: of their names, types, shapes and bytes, however they are sharded.</param>
/// <param name="DefaultAlpha">The paper's α for this family.</param>
public sealed record ModelDescription(
    string Name,
    string ModelType,
    long Parameters,
    string Device,
    string DType,
    string WeightsDigest,
    double DefaultAlpha)
{
    /// <summary>
    /// What its <c>generation_config.json</c> has answers chosen by where a job does not say, as <c>name=value</c>; empty where answers are greedy and
    /// nothing is barred.
    /// </summary>
    public string Generation { get; init; } = string.Empty;

    /// <summary>What is unusual about the folder and does not keep it from serving, a line each.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}

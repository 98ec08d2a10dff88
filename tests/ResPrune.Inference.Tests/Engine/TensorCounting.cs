namespace ResPrune.Inference.Tests.Engine;

/// <summary>Tests that count the process's live tensors, or make many of them: one at a time, and beside nothing else.</summary>
[CollectionDefinition(nameof(TensorCounting), DisableParallelization = true)]
public sealed class TensorCounting;

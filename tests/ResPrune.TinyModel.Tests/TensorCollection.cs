namespace ResPrune.TinyModel;

/// <summary>Tests that make tensors run one after the other: some count them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TensorCollection
{
    public const string Name = "tensors";
}

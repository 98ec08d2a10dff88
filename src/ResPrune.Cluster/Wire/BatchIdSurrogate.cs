using ResPrune.Batch.Batches;

namespace ResPrune.Cluster.Wire;

/// <summary>Wire form of <see cref="BatchId"/>.</summary>
[GenerateSerializer]
[Alias("resprune.BatchId")]
internal struct BatchIdSurrogate
{
    [Id(0)]
    public string Value;
}

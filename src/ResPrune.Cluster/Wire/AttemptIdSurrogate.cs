using ResPrune.Batch.Batches;

namespace ResPrune.Cluster.Wire;

/// <summary>Wire form of <see cref="AttemptId"/>.</summary>
[GenerateSerializer]
[Alias("resprune.AttemptId")]
internal struct AttemptIdSurrogate
{
    [Id(0)]
    public string Value;
}

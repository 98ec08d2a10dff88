namespace ResPrune.Cluster.Batches;

/// <summary>There is no batch of this id in the store.</summary>
[GenerateSerializer]
[Alias("resprune.BatchNotFoundException")]
public sealed class BatchNotFoundException : OrleansException
{
    /// <summary>Creates the exception.</summary>
    public BatchNotFoundException(string batch)
        : base($"There is no batch '{batch}'. Submit it first, or check the id and the output folder.")
    {
    }
}

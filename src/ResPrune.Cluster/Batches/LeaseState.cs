namespace ResPrune.Cluster.Batches;

/// <summary>What the coordinator says to a worker that reports.</summary>
[GenerateSerializer]
[Alias("resprune.LeaseState")]
public enum LeaseState
{
    /// <summary>The lease is renewed; go on.</summary>
    Held,

    /// <summary>The batch is being cancelled: commit what is answered, close the other rows with <c>batch_cancelled</c>.</summary>
    Cancelling,

    /// <summary>The shard is another's or is committed; drop it.</summary>
    Lost,

    /// <summary>The batch's window has run out: commit what is answered, close the other rows with <c>batch_expired</c>.</summary>
    Expiring,
}

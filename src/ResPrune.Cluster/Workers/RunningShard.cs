namespace ResPrune.Cluster.Workers;

/// <summary>A lease that a worker runs.</summary>
/// <param name="Rows">Rows of the shard.</param>
/// <param name="Answered">Ends when all rows have their outcome: from then on the shard needs the store only, not the device.</param>
/// <param name="Ended">Ends with the lease; never before <paramref name="Answered"/>.</param>
internal readonly record struct RunningShard(int Rows, Task Answered, Task Ended);

namespace ResPrune.Cluster.Batches;

/// <summary>What is left of a batch.</summary>
/// <param name="Waiting">Shards that wait for a worker.</param>
/// <param name="Held">Shards that workers hold.</param>
/// <param name="Rows">Rows without an outcome, of the shards that are held as last reported.</param>
/// <param name="DeviceSeconds">What those rows will take of one device.</param>
internal readonly record struct OpenWork(int Waiting, int Held, long Rows, double DeviceSeconds);

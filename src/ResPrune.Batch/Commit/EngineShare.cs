namespace ResPrune.Batch.Commit;

/// <summary>One engine's part of a batch.</summary>
/// <param name="Engine">The engine.</param>
/// <param name="Shards">Shards it answered; of a run's results, in the latest pass.</param>
/// <param name="Rows">Rows it answered.</param>
public sealed record EngineShare(EngineStamp Engine, int Shards, long Rows);

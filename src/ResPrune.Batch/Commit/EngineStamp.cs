namespace ResPrune.Batch.Commit;

/// <summary>What answered a shard: kept with the commit, because the same question may be answered otherwise elsewhere.</summary>
/// <param name="Model">Name of the checkpoint.</param>
/// <param name="ModelType"><c>model_type</c> of its <c>config.json</c>.</param>
/// <param name="Device">Where it ran: <c>cpu</c>, <c>cuda:0</c>.</param>
/// <param name="DType">What it computed in.</param>
/// <param name="WeightsDigest">Lower-case hex digest of the weights.</param>
/// <param name="Version">Version of the program that ran it.</param>
public sealed record EngineStamp(string Model, string ModelType, string Device, string DType, string WeightsDigest, string Version);

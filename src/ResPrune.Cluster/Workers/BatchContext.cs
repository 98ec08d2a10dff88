using ResPrune.Batch.Batches;
using ResPrune.Batch.Images;

namespace ResPrune.Cluster.Workers;

/// <summary>What a worker needs to know of a batch, read once from the store.</summary>
/// <param name="Record">The batch, with its spec and input.</param>
/// <param name="Images">Where its pictures come from.</param>
internal sealed record BatchContext(BatchRecord Record, ImageFetcher Images);

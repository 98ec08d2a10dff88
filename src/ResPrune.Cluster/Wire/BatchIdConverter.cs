using ResPrune.Batch.Batches;

namespace ResPrune.Cluster.Wire;

/// <summary>Lets <see cref="BatchId"/> travel in grain messages.</summary>
[RegisterConverter]
internal sealed class BatchIdConverter : IConverter<BatchId, BatchIdSurrogate>
{
    /// <inheritdoc/>
    public BatchId ConvertFromSurrogate(in BatchIdSurrogate surrogate) => BatchId.Parse(surrogate.Value);

    /// <inheritdoc/>
    public BatchIdSurrogate ConvertToSurrogate(in BatchId value) => new() { Value = value.Value };
}

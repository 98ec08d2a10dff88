using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Wire;

/// <summary>Lets <see cref="RowWork"/> travel in grain messages.</summary>
[RegisterConverter]
internal sealed class RowWorkConverter : IConverter<RowWork, RowWorkSurrogate>
{
    /// <inheritdoc/>
    public RowWork ConvertFromSurrogate(in RowWorkSurrogate surrogate) => new(
        surrogate.PreprocessSeconds,
        surrogate.EncodeSeconds,
        surrogate.PruneSeconds,
        surrogate.PrefillSeconds,
        surrogate.DecodeSeconds,
        surrogate.PrefillFlops,
        surrogate.PrefillFlopsUnpruned,
        surrogate.KvBytes,
        surrogate.KvBytesUnpruned);

    /// <inheritdoc/>
    public RowWorkSurrogate ConvertToSurrogate(in RowWork value) => new()
    {
        PreprocessSeconds = value.PreprocessSeconds,
        EncodeSeconds = value.EncodeSeconds,
        PruneSeconds = value.PruneSeconds,
        PrefillSeconds = value.PrefillSeconds,
        DecodeSeconds = value.DecodeSeconds,
        PrefillFlops = value.PrefillFlops,
        PrefillFlopsUnpruned = value.PrefillFlopsUnpruned,
        KvBytes = value.KvBytes,
        KvBytesUnpruned = value.KvBytesUnpruned,
    };
}

namespace ResPrune.Batch.Rows;

/// <summary>What one answer, or the sum of many, cost and what pruning saved. Formulas: <c>DESIGN.md</c> §4.</summary>
/// <param name="PreprocessSeconds">Decode, resize and tokenise, on the CPU.</param>
/// <param name="EncodeSeconds">Vision encoder and projector.</param>
/// <param name="PruneSeconds">The selector alone.</param>
/// <param name="PrefillSeconds">Splice and prefill.</param>
/// <param name="DecodeSeconds">All decode steps.</param>
/// <param name="PrefillFlops">Prefill FLOPs with the tokens kept.</param>
/// <param name="PrefillFlopsUnpruned">Prefill FLOPs had every visual token been kept.</param>
/// <param name="KvBytes">KV-cache bytes of the prompt with the tokens kept.</param>
/// <param name="KvBytesUnpruned">KV-cache bytes of the prompt had every visual token been kept.</param>
public readonly record struct RowWork(
    double PreprocessSeconds,
    double EncodeSeconds,
    double PruneSeconds,
    double PrefillSeconds,
    double DecodeSeconds,
    double PrefillFlops,
    double PrefillFlopsUnpruned,
    long KvBytes,
    long KvBytesUnpruned)
{
    /// <summary>Seconds on the device: everything but preprocessing.</summary>
    public double DeviceSeconds => EncodeSeconds + PruneSeconds + PrefillSeconds + DecodeSeconds;

    /// <summary>Member by member.</summary>
    public static RowWork operator +(RowWork a, RowWork b) => new(
        a.PreprocessSeconds + b.PreprocessSeconds,
        a.EncodeSeconds + b.EncodeSeconds,
        a.PruneSeconds + b.PruneSeconds,
        a.PrefillSeconds + b.PrefillSeconds,
        a.DecodeSeconds + b.DecodeSeconds,
        a.PrefillFlops + b.PrefillFlops,
        a.PrefillFlopsUnpruned + b.PrefillFlopsUnpruned,
        a.KvBytes + b.KvBytes,
        a.KvBytesUnpruned + b.KvBytesUnpruned);

    /// <summary>Member by member; what the operator does, for callers without operators.</summary>
    public static RowWork Add(RowWork left, RowWork right) => left + right;
}

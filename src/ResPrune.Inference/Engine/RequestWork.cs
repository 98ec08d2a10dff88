namespace ResPrune.Inference.Engine;

/// <summary>
/// Cost of one answer. Seconds are this request's share of its micro-batches, so that they add up to device time over a job.
/// FLOPs and bytes follow <c>DESIGN.md</c> §4 (multiply-add = 2).
/// </summary>
/// <param name="PreprocessSeconds">Decode, resize and tokenise, on a preprocessing thread.</param>
/// <param name="EncodeSeconds">Vision encoder and projector.</param>
/// <param name="PruneSeconds">The selector alone, relevance included.</param>
/// <param name="PrefillSeconds">Splice and prefill.</param>
/// <param name="DecodeSeconds">All decode steps.</param>
/// <param name="PrefillFlops">Prefill FLOPs with the tokens kept.</param>
/// <param name="PrefillFlopsUnpruned">Prefill FLOPs had every visual token been kept.</param>
/// <param name="KvBytes">KV-cache bytes of the prompt with the tokens kept.</param>
/// <param name="KvBytesUnpruned">KV-cache bytes of the prompt had every visual token been kept.</param>
public readonly record struct RequestWork(
    double PreprocessSeconds,
    double EncodeSeconds,
    double PruneSeconds,
    double PrefillSeconds,
    double DecodeSeconds,
    double PrefillFlops,
    double PrefillFlopsUnpruned,
    long KvBytes,
    long KvBytesUnpruned);

using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Commit;

/// <summary><c>manifest.json</c>: the batch in numbers. Its presence means that output and errors are complete.</summary>
public sealed record BatchManifest
{
    /// <summary>The batch.</summary>
    public required BatchId Batch { get; init; }

    /// <summary>Rows of the input.</summary>
    public required long Rows { get; init; }

    /// <summary>Shards of the plan.</summary>
    public required int Shards { get; init; }

    /// <summary>Sums over all rows: answers, errors by reason, tokens, seconds a stage, FLOPs, bytes.</summary>
    public required RowTotals Totals { get; init; }

    /// <summary>Prefill FLOPs that pruning saved.</summary>
    public required double PrefillFlopsSaved { get; init; }

    /// <summary>KV-cache bytes that pruning saved, summed over the answers.</summary>
    public required long KvBytesSaved { get; init; }

    /// <summary>Seconds of device time behind the published answers (encode, prune, prefill, decode). Lost attempts are not in it.</summary>
    public required double DeviceSeconds { get; init; }

    /// <summary>What was asked for.</summary>
    public required BatchSpec Spec { get; init; }

    /// <summary>The input that was answered.</summary>
    public required InputReference Input { get; init; }

    /// <summary>Everything that answered, with how many shards each.</summary>
    public required IReadOnlyList<EngineShare> Engines { get; init; }

    /// <summary>The answers.</summary>
    public required FileReference Output { get; init; }

    /// <summary>The failures.</summary>
    public required FileReference Errors { get; init; }

    /// <summary>The manifest of a batch whose result files are written.</summary>
    internal static BatchManifest Of(BatchRecord record, CommittedSums sums, FileReference output, FileReference errors)
    {
        var work = sums.Totals.Work;
        return new BatchManifest
        {
            Batch = record.Id,
            Rows = sums.Totals.Rows,
            Shards = sums.Shards,
            Totals = sums.Totals,
            PrefillFlopsSaved = work.PrefillFlopsUnpruned - work.PrefillFlops,
            KvBytesSaved = work.KvBytesUnpruned - work.KvBytes,
            DeviceSeconds = work.DeviceSeconds,
            Spec = record.Spec,
            Input = record.Input,
            Engines = sums.Engines,
            Output = output,
            Errors = errors,
        };
    }
}

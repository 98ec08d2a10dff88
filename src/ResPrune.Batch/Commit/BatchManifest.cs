using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Commit;

/// <summary><c>manifest.json</c>: the batch in numbers. Its presence means that output and errors are complete.</summary>
public sealed record BatchManifest
{
    /// <summary>The batch; of a run's results, the latest pass.</summary>
    public required BatchId Batch { get; init; }

    /// <summary>Rows of the input.</summary>
    public required long Rows { get; init; }

    /// <summary>Shards of the plan; of a run's results, those of the latest pass.</summary>
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

    /// <summary>The input that was answered; of a run's results, the lines that the latest pass asked, and null when it asked none.</summary>
    public required InputReference? Input { get; init; }

    /// <summary>Everything that answered, with how many shards each.</summary>
    public required IReadOnlyList<EngineShare> Engines { get; init; }

    /// <summary>The answers.</summary>
    public required FileReference Output { get; init; }

    /// <summary>The failures.</summary>
    public required FileReference Errors { get; init; }

    /// <summary>The manifest of result files that are written.</summary>
    internal static BatchManifest Of(
        BatchId batch,
        BatchSpec spec,
        InputReference? input,
        RowTotals totals,
        int shards,
        IReadOnlyList<EngineShare> engines,
        FileReference output,
        FileReference errors)
    {
        var work = totals.Work;
        return new BatchManifest
        {
            Batch = batch,
            Rows = totals.Rows,
            Shards = shards,
            Totals = totals,
            PrefillFlopsSaved = work.PrefillFlopsUnpruned - work.PrefillFlops,
            KvBytesSaved = work.KvBytesUnpruned - work.KvBytes,
            DeviceSeconds = work.DeviceSeconds,
            Spec = spec,
            Input = input,
            Engines = engines,
            Output = output,
            Errors = errors,
        };
    }
}

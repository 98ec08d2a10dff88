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

    /// <summary>Adds up the commits of a batch.</summary>
    internal static BatchManifest Of(BatchRecord record, IReadOnlyList<ShardCommit> commits, FileReference output, FileReference errors)
    {
        var totals = commits.Aggregate(RowTotals.Zero, (sum, commit) => sum.Add(commit.Totals));
        var work = totals.Work;
        return new BatchManifest
        {
            Batch = record.Id,
            Rows = totals.Rows,
            Shards = commits.Count,
            Totals = totals,
            PrefillFlopsSaved = work.PrefillFlopsUnpruned - work.PrefillFlops,
            KvBytesSaved = work.KvBytesUnpruned - work.KvBytes,
            DeviceSeconds = work.DeviceSeconds,
            Spec = record.Spec,
            Input = record.Input,
            Engines = [.. commits.Where(commit => commit.Engine is not null).GroupBy(commit => commit.Engine!)
                .Select(group => new EngineShare(group.Key, group.Count(), group.Sum(commit => commit.Totals.Rows)))],
            Output = output,
            Errors = errors,
        };
    }
}

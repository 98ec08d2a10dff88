using System.Globalization;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Fleet;

namespace ResPrune.FleetCost.Memory;

/// <summary>Workers on paper: they lease, report, write attempts and commit as real ones, and answer without thinking.</summary>
internal sealed class PaperWorkers(IGrainFactory grains, IBlobStore store, BatchId batch)
{
    /// <summary>What every row asks.</summary>
    public const string Question = "What is in the picture?";

    private const int Held = 2;
    private static readonly string Digest = new('0', 64);
    private static readonly EngineStamp Stamp = new("timekeeping", "timekeeping", "paper", "none", Digest, "0.1.0");

    private readonly ShardLedger _ledger = new(store, TimeProvider.System);
    private int _committed;
    private long _calls;

    /// <summary>Calls made so far.</summary>
    public long Calls => Interlocked.Read(ref _calls);

    /// <summary>The submitter's id of a row.</summary>
    public static string IdOf(long row) => string.Create(CultureInfo.InvariantCulture, $"row-{row:D9}");

    /// <summary>Works until so many shards are committed; true then.</summary>
    public async Task<bool> RunAsync(int workers, int shards, CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, workers * Held).Select(number => Task.Run(
            () => WorkAsync(string.Create(CultureInfo.InvariantCulture, $"paper-{number / Held}/clock:0"), shards, cancellationToken), cancellationToken)));
        return true;
    }

    private async Task WorkAsync(string worker, int shards, CancellationToken cancellationToken)
    {
        var (fleet, coordinator) = (grains.GetGrain<IFleetGrain>(IFleetGrain.Key), grains.GetGrain<IBatchGrain>(batch.Value));
        var request = new WorkRequest { Worker = worker, Model = Stamp.Model, WeightsDigest = Stamp.WeightsDigest };
        while (Volatile.Read(ref _committed) < shards)
        {
            var lease = await fleet.RequestWorkAsync(request, cancellationToken);
            Interlocked.Increment(ref _calls);
            if (lease is null)
            {
                // The coordinator has registered, or will within a second; the last shards are with the others.
                await Task.Delay(100, cancellationToken);
                continue;
            }

            var spec = lease.Spec;
            var rows = Enumerable.Range(0, spec.Rows).Select(place => Answer(spec.FirstLine + place)).ToList();
            var totals = RowTotals.Of(rows.Select(row => row.Result));
            var report = new ShardReport { Worker = worker, Shard = lease.Shard, Attempt = lease.Attempt, Totals = totals };
            await coordinator.ReportAsync(report, cancellationToken);
            var commit = await _ledger.WriteAttemptAsync(batch, spec, lease.Attempt, rows, Stamp, cancellationToken);
            await _ledger.TryCommitAsync(commit, cancellationToken);
            await coordinator.CompleteAsync(lease.Shard, lease.Attempt, cancellationToken);
            Interlocked.Add(ref _calls, 2);
            Interlocked.Increment(ref _committed);
        }
    }

    private AttemptRow Answer(long line)
    {
        var id = IdOf(line);
        return new AttemptRow(line, id, Digest, new AnswerRow
        {
            Line = line,
            CustomId = id,
            Image = "a.jpg",
            Question = Question,
            RequestId = batch.RequestId(line),
            ImageDigest = Digest,
            Answer = "a picture",
            FinishReason = "stop",
            VisualTokens = new VisualTokenCount(576, 192),
            PromptTokens = 200,
            CompletionTokens = 3,
            Work = new RowWork(0, 0, 0, 0.00625, 0, 1e12, 2e12, 1 << 20, 1 << 21),
        });
    }
}

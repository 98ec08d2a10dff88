using System.Diagnostics.Metrics;
using ResPrune.Batch.Rows;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Workers;

/// <summary>Metrics of the work done on shards.</summary>
internal sealed class WorkerInstruments
{
    /// <summary>The attempt was published.</summary>
    public const string Committed = "committed";

    /// <summary>Another attempt was published first.</summary>
    public const string LostRace = "lost_race";

    /// <summary>The lease was lost before the attempt was done.</summary>
    public const string Expired = "expired";

    /// <summary>The worker stopped and handed the shard back.</summary>
    public const string HandedBack = "handed_back";

    /// <summary>The blob store failed; the shard was handed back.</summary>
    public const string StoreError = "store_error";

    /// <summary>The place that the batch's images are in could not be had.</summary>
    public const string NotOpened = "not_opened";

    /// <summary>Rows failed in the engine for the first time; the shard is tried again before they become errors.</summary>
    public const string Suspect = "suspect";

    /// <summary>The device does not compute rightly any more; the shard was handed back.</summary>
    public const string DeviceFailed = "device_failed";

    /// <summary>The attempt failed.</summary>
    public const string Error = "error";

    private static readonly string[] Results = [Committed, LostRace, Expired, HandedBack, StoreError, NotOpened, Suspect, DeviceFailed, Error];

    private readonly Counter<long> _questions;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _visualTokens;
    private readonly Counter<double> _flops;
    private readonly Counter<long> _kv;
    private readonly Counter<double> _work;
    private readonly Meter _meter;
    private readonly EngineInstruments _stages;
    private readonly TimeProvider _time;
    private long _lastCommit;

    public WorkerInstruments(IMeterFactory meters, EngineInstruments stages, TimeProvider time)
    {
        _stages = stages;
        _time = time;
        var meter = _meter = meters.Create(EngineInstruments.MeterName);
        _questions = meter.CreateCounter<long>(
            "resprune.questions", "{question}", "Questions given an outcome, those of attempts that were lost later included.");
        _attempts = meter.CreateCounter<long>("resprune.shard.attempts", "{attempt}", "Attempts at shards, by how they ended.");
        _visualTokens = meter.CreateCounter<long>(
            "resprune.visual_tokens", "{token}", "Visual tokens of published answers: total before pruning, kept after it.");
        _flops = meter.CreateCounter<double>(
            "resprune.prefill.flops", "{flop}", "Prefill floating-point operations of published answers: total had nothing been pruned, kept as it was.");
        _kv = meter.CreateCounter<long>(
            "resprune.kv", "By", "KV-cache bytes of the prompts of published answers: total had nothing been pruned, kept as it was.");
        _work = meter.CreateCounter<double>(
            "resprune.work", "s", "Time behind published answers by stage; preprocess is on the CPU, the others on the device.");
        foreach (var result in Results) _attempts.Add(0, new KeyValuePair<string, object?>("result", result));
        Count("answered", "none", 0);
        foreach (var reason in Enum.GetValues<RowErrorCode>()) Count("failed", reason.ToName(), 0);
        meter.CreateObservableGauge(
            "resprune.last_commit.timestamp", LastCommit, "s", "When this process last published a shard, in Unix time.");
    }

    /// <summary>Publishes how many workers of this silo are in which state.</summary>
    public void ObserveWorkers(Func<IEnumerable<GpuWorkerState>> states) => _meter.CreateObservableGauge(
        "resprune.workers",
        () =>
        {
            var now = states().ToList();
            return Enum.GetValues<GpuWorkerState>().Select(
                state => new Measurement<int>(now.Count(other => other == state), new KeyValuePair<string, object?>("state", NameOf(state))));
        },
        "{worker}",
        "Workers of this process by state.");

    /// <summary>A worker takes work from now on. What it publishes is counted from zero, so that the first increase is seen as one.</summary>
    public void WorkerReady(string model) => Publish(RowTotals.Zero, model);

    /// <summary>A question was answered, or failed for a reason of the closed list.</summary>
    public void QuestionFinished(ResultRow row)
    {
        if (row is ErrorRow error) Count("failed", error.Code.ToName(), 1);
        else Count("answered", "none", 1);
    }

    /// <summary>An attempt was published: its numbers are those that the batch's manifest adds up.</summary>
    /// <param name="totals">Sums over its rows.</param>
    /// <param name="model">What answered.</param>
    public void ShardCommitted(RowTotals totals, string model)
    {
        _attempts.Add(1, new KeyValuePair<string, object?>("result", Committed));
        Interlocked.Exchange(ref _lastCommit, _time.GetUtcNow().ToUnixTimeMilliseconds());
        Publish(totals, model);
    }

    /// <summary>An attempt at a shard came to another end.</summary>
    /// <param name="result">One of the constants of this class.</param>
    public void AttemptEnded(string result) => _attempts.Add(1, new KeyValuePair<string, object?>("result", result));

    /// <summary>An image was fetched.</summary>
    public void Fetched(TimeSpan duration) => _stages.StageEnded("fetch", duration.TotalSeconds);

    /// <summary>An attempt was written and published.</summary>
    public void Written(TimeSpan duration) => _stages.StageEnded("write", duration.TotalSeconds);

    private static string NameOf(GpuWorkerState state) => state.ToString().ToLowerInvariant();

    private void Count(string outcome, string reason, long rows) =>
        _questions.Add(rows, new("outcome", outcome), new KeyValuePair<string, object?>("reason", reason));

    private void Publish(RowTotals totals, string model)
    {
        var (tokens, work) = (totals.VisualTokens, totals.Work);
        KeyValuePair<string, object?> by = new("model", model), total = new("kind", "total"), kept = new("kind", "kept");
        _visualTokens.Add(tokens.Total, by, total);
        _visualTokens.Add(tokens.Kept, by, kept);
        _flops.Add(work.PrefillFlopsUnpruned, by, total);
        _flops.Add(work.PrefillFlops, by, kept);
        _kv.Add(work.KvBytesUnpruned, by, total);
        _kv.Add(work.KvBytes, by, kept);
        _work.Add(work.PreprocessSeconds, by, new("stage", "preprocess"));
        _work.Add(work.EncodeSeconds, by, new("stage", "encode"));
        _work.Add(work.PruneSeconds, by, new("stage", "prune"));
        _work.Add(work.PrefillSeconds, by, new("stage", "prefill"));
        _work.Add(work.DecodeSeconds, by, new("stage", "decode"));
    }

    private IEnumerable<Measurement<double>> LastCommit()
    {
        var last = Interlocked.Read(ref _lastCommit);
        return last == 0 ? [] : [new Measurement<double>(last / 1000.0)];
    }
}

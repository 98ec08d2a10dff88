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

    /// <summary>The attempt failed.</summary>
    public const string Error = "error";

    private readonly Counter<long> _questions;
    private readonly Counter<long> _attempts;
    private readonly EngineInstruments _stages;
    private readonly TimeProvider _time;
    private long _lastCommit;

    public WorkerInstruments(IMeterFactory meters, EngineInstruments stages, TimeProvider time)
    {
        _stages = stages;
        _time = time;
        var meter = meters.Create(EngineInstruments.MeterName);
        _questions = meter.CreateCounter<long>(
            "resprune.questions", "{question}", "Questions given an outcome, those of attempts that were lost later included.");
        _attempts = meter.CreateCounter<long>("resprune.shard.attempts", "{attempt}", "Attempts at shards, by how they ended.");
        meter.CreateObservableGauge(
            "resprune.last_commit.timestamp", LastCommit, "s", "When this process last published a shard, in Unix time.");
    }

    /// <summary>A question was answered, or failed for a reason of the closed list.</summary>
    public void QuestionFinished(ResultRow row)
    {
        var reason = row is ErrorRow error ? error.Code.ToName() : "none";
        _questions.Add(1, new("outcome", row is AnswerRow ? "answered" : "failed"), new KeyValuePair<string, object?>("reason", reason));
    }

    /// <summary>An attempt at a shard came to its end.</summary>
    /// <param name="result">One of the constants of this class.</param>
    public void AttemptEnded(string result)
    {
        _attempts.Add(1, new KeyValuePair<string, object?>("result", result));
        if (result == Committed) Interlocked.Exchange(ref _lastCommit, _time.GetUtcNow().ToUnixTimeMilliseconds());
    }

    /// <summary>An image was fetched.</summary>
    public void Fetched(TimeSpan duration) => _stages.StageEnded("fetch", duration.TotalSeconds);

    /// <summary>An attempt was written and published.</summary>
    public void Written(TimeSpan duration) => _stages.StageEnded("write", duration.TotalSeconds);

    private IEnumerable<Measurement<double>> LastCommit()
    {
        var last = Interlocked.Read(ref _lastCommit);
        return last == 0 ? [] : [new Measurement<double>(last / 1000.0)];
    }
}

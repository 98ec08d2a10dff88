using ResPrune.Batch.Batches;

namespace ResPrune.Cluster.Workers;

/// <summary>
/// Lets a worker leave a batch alone for a while when it fails on it, each time for longer, so that a batch that cannot be opened costs the others nothing.
/// A worker that fails on several batches at the same time asks for no work at all until the first of them may be tried again: then it is the store,
/// or the worker itself. Pure logic, one lock.
/// </summary>
internal sealed class WorkerBench(GpuWorkerOptions options)
{
    private const int MostBatches = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<BatchId, Entry> _batches = [];
    private string? _problem;

    /// <summary>What it failed on last; null after a shard that went well.</summary>
    public string? Problem
    {
        get
        {
            lock (_lock) return _problem;
        }
    }

    /// <summary>Batches that it leaves alone now.</summary>
    public IReadOnlyList<BatchId> Benched(DateTimeOffset now)
    {
        lock (_lock) return [.. Out(now).Select(pair => pair.Key)];
    }

    /// <summary>How long it still takes no work at all; zero when it may ask.</summary>
    public TimeSpan TimeLeft(DateTimeOffset now)
    {
        lock (_lock)
        {
            var benched = Out(now).ToList();
            return benched.Count < options.BatchesToBench ? TimeSpan.Zero : benched.Min(pair => pair.Value.Until) - now;
        }
    }

    /// <summary>Takes note of how a shard ended; for how long its batch is left alone because of it, zero when it is not.</summary>
    public TimeSpan Note(ShardEnd end, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (end.Failure is null)
            {
                if (end.Rows == 0) return TimeSpan.Zero;
                _batches.Remove(end.Batch);
                _problem = null;
                return TimeSpan.Zero;
            }

            _problem = end.Failure;
            var entry = _batches.GetValueOrDefault(end.Batch);
            // All shards that it holds of the batch fail together: that is one trouble, however many they are.
            if (entry.Until > now) return TimeSpan.Zero;
            // From a second on, doubling: it is tried again soon, and not by everybody at once for ever.
            var wait = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(entry.Failures, 10)));
            if (wait > options.BenchTime) wait = options.BenchTime;
            if (_batches.Count >= MostBatches) _batches.Remove(_batches.MinBy(pair => pair.Value.Until).Key);
            _batches[end.Batch] = new Entry(now + wait, entry.Failures + 1);
            return wait;
        }
    }

    private IEnumerable<KeyValuePair<BatchId, Entry>> Out(DateTimeOffset now) => _batches.Where(pair => pair.Value.Until > now);

    private readonly record struct Entry(DateTimeOffset Until, int Failures);
}

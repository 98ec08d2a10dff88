namespace ResPrune.Cluster.Workers;

/// <summary>
/// Takes a worker out for a while when it fails on shard after shard: a broken device must not burn the attempts of every shard there is, and
/// one whose store does not answer must not hammer it. Pure logic, one lock.
/// </summary>
internal sealed class WorkerBench(GpuWorkerOptions options)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _until = DateTimeOffset.MinValue;
    private string? _problem;
    private int _failures;
    private int _storeFailures;

    /// <summary>Why it is out, or was the last time; null after a shard that went well.</summary>
    public string? Problem
    {
        get
        {
            lock (_lock) return _problem;
        }
    }

    /// <summary>How long it still takes no work; zero when it may ask.</summary>
    public TimeSpan TimeLeft(DateTimeOffset now)
    {
        lock (_lock) return _until > now ? _until - now : TimeSpan.Zero;
    }

    /// <summary>Takes note of how a shard ended; true when the worker is taken out because of it.</summary>
    public bool Note(ShardEnd end, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (end.Failure is null)
            {
                if (end.Rows > 0) (_failures, _storeFailures, _problem) = (0, 0, null);
                return false;
            }

            if (end.IsStoreTrouble)
            {
                // All that a worker holds fails together: that is one trouble, however many shards it is.
                if (_until > now) return false;
                // From a second on, doubling: the store is asked again soon, and not by everybody at once for ever.
                var wait = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(_storeFailures++, 5)));
                return Out(wait < options.BenchTime ? wait : options.BenchTime, $"the blob store failed: {end.Failure}", now);
            }

            _failures++;
            return _failures >= options.FailuresToBench
                && Out(options.BenchTime, $"failed on {_failures} shards in a row, the last time because {end.Failure}", now);
        }
    }

    private bool Out(TimeSpan wait, string problem, DateTimeOffset now)
    {
        (_until, _problem) = (now + wait, problem);
        return true;
    }
}

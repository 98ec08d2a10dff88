namespace ResPrune.FleetSimulator.Running;

/// <summary>When the batch was planned and when its last shard was committed, as the store saw it.</summary>
internal sealed class Milestones
{
    private long _planned;
    private long _lastCommit;

    /// <summary>When the plan was there.</summary>
    public TimeSpan Planned => new(Interlocked.Read(ref _planned));

    /// <summary>When the last commit record was written so far.</summary>
    public TimeSpan LastCommit => new(Interlocked.Read(ref _lastCommit));

    /// <summary>A blob was written.</summary>
    public void Note(string name, TimeSpan now)
    {
        if (name.EndsWith("/plan.jsonl", StringComparison.Ordinal)) Interlocked.Exchange(ref _planned, now.Ticks);
        else if (name.Contains("/commits/", StringComparison.Ordinal)) Interlocked.Exchange(ref _lastCommit, now.Ticks);
    }
}

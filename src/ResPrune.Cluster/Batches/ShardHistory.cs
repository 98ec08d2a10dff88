namespace ResPrune.Cluster.Batches;

/// <summary>What went wrong with one shard so far, and which of its rows is to blame.</summary>
internal sealed class ShardHistory
{
    /// <summary>Deaths of a worker over one row alone, before that row is held to be the cause: one may be chance.</summary>
    private const int DeathsToConvict = 2;

    private readonly Dictionary<long, int> _deaths = [];
    private readonly HashSet<string> _failedAt = new(StringComparer.Ordinal);
    private readonly SortedSet<long> _poison = [];
    private readonly SortedSet<long> _suspects = [];
    private readonly HashSet<string> _suspectedAt = new(StringComparer.Ordinal);

    /// <summary>Attempts that ended without a commit, other than by being handed back.</summary>
    public int Failures { get; private set; }

    /// <summary>Attempts whose worker said what went wrong, and isolated ones that fell silent before any row was tried.</summary>
    public int NoRowTried { get; private set; }

    /// <summary>Attempts whose worker fell silent.</summary>
    public int Silences { get; private set; }

    /// <summary>Why the last one failed.</summary>
    public string? LastReason { get; private set; }

    /// <summary>Lines whose row kills its worker.</summary>
    public IReadOnlyCollection<long> Poison => _poison;

    /// <summary>Lines whose row failed in an engine on a device that worked.</summary>
    public IReadOnlyCollection<long> Suspects => _suspects;

    /// <summary>
    /// Whether so many attempts failed that the shard is held to be the cause: on more than one worker, or twice as often on the only one,
    /// since a broken device fails at everything.
    /// </summary>
    public bool IsToBlame(int maxAttempts) => NoRowTried >= (_failedAt.Count > 1 ? maxAttempts : 2 * maxAttempts);

    /// <summary>Whether this worker said so before.</summary>
    public bool FailedAt(string worker) => _failedAt.Contains(worker);

    /// <summary>Whether rows failed at this worker, and at no other: another one should be asked.</summary>
    public bool WasSuspectedOnlyAt(string worker) => _suspectedAt.Count == 1 && _suspectedAt.Contains(worker);

    /// <summary>When rows failed the last time.</summary>
    public DateTimeOffset SuspectedAt { get; private set; }

    /// <summary>Rows of an attempt failed on a device that works.</summary>
    public void Suspected(string worker, IEnumerable<SuspectRow> rows, DateTimeOffset now)
    {
        SuspectedAt = now;
        _suspectedAt.Add(worker);
        Failures++;
        foreach (var row in rows)
        {
            _suspects.Add(row.Line);
            LastReason = row.Message;
        }
    }

    /// <summary>A worker said that its attempt failed.</summary>
    public void Failed(string worker, string reason)
    {
        _failedAt.Add(worker);
        Failures++;
        NoRowTried++;
        LastReason = reason;
    }

    /// <summary>A worker fell silent.</summary>
    /// <param name="worker">Its key.</param>
    /// <param name="isolated">Whether it was to take the rows one at a time.</param>
    /// <param name="line">The row it was on, when it had that row alone.</param>
    public void FellSilent(string worker, bool isolated, long? line)
    {
        Failures++;
        Silences++;
        LastReason = $"worker {worker} fell silent";
        if (line is { } suspect)
        {
            var deaths = _deaths[suspect] = _deaths.GetValueOrDefault(suspect) + 1;
            if (deaths >= DeathsToConvict) _poison.Add(suspect);
        }
        else if (isolated)
        {
            NoRowTried++;
        }
    }
}

namespace ResPrune.Cluster.Fleet;

/// <summary>
/// The workers that have asked for work lately. Silos come back under new names and nobody says good-bye for those that were killed, so a
/// worker that has been silent for a while is forgotten; one that is only busy comes back by asking.
/// </summary>
internal sealed class KnownWorkers(TimeSpan memory)
{
    private readonly Dictionary<string, DateTimeOffset> _asked = new(StringComparer.Ordinal);

    /// <summary>A worker has asked.</summary>
    public void Note(string worker, DateTimeOffset now) => _asked[worker] = now;

    /// <summary>A worker is known to be gone.</summary>
    public void Forget(string worker) => _asked.Remove(worker);

    /// <summary>Those that have asked lately; the others are forgotten.</summary>
    public IReadOnlyList<string> Recent(DateTimeOffset now)
    {
        foreach (var (worker, _) in _asked.Where(pair => pair.Value + memory <= now).ToList()) _asked.Remove(worker);
        return [.. _asked.Keys];
    }
}

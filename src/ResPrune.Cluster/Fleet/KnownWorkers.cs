namespace ResPrune.Cluster.Fleet;

/// <summary>
/// The workers that are there, and what they serve. Silos come back under new names and nobody says good-bye for those that were killed, so a
/// worker that has been silent for a while is forgotten; one that is only busy announces itself.
/// </summary>
internal sealed class KnownWorkers(TimeSpan memory)
{
    private readonly Dictionary<string, (DateTimeOffset Seen, string Model, string WeightsDigest)> _workers = new(StringComparer.Ordinal);

    /// <summary>A worker has asked, or announced itself.</summary>
    public void Note(WorkRequest worker, DateTimeOffset now) => _workers[worker.Worker] = (now, worker.Model, worker.WeightsDigest);

    /// <summary>A worker is known to be gone.</summary>
    public void Forget(string worker) => _workers.Remove(worker);

    /// <summary>Those that were seen lately; the others are forgotten.</summary>
    public IReadOnlyList<string> Recent(DateTimeOffset now)
    {
        ForgetOld(now);
        return [.. _workers.Keys];
    }

    /// <summary>How many were seen lately that serve these weights; all of them for null.</summary>
    public int Count(string? weightsDigest, DateTimeOffset now)
    {
        ForgetOld(now);
        return weightsDigest is null ? _workers.Count : _workers.Values.Count(worker => worker.WeightsDigest == weightsDigest);
    }

    /// <summary>What those serve that were seen lately, the model with most workers first.</summary>
    public IReadOnlyList<FleetModel> Models(DateTimeOffset now)
    {
        ForgetOld(now);
        return
        [
            .. _workers.Values.GroupBy(worker => (worker.Model, worker.WeightsDigest))
                .Select(group => new FleetModel { Name = group.Key.Model, WeightsDigest = group.Key.WeightsDigest, Workers = group.Count() })
                .OrderByDescending(model => model.Workers).ThenBy(model => model.Name, StringComparer.Ordinal).ThenBy(model => model.WeightsDigest, StringComparer.Ordinal),
        ];
    }

    private void ForgetOld(DateTimeOffset now)
    {
        foreach (var (worker, _) in _workers.Where(pair => pair.Value.Seen + memory <= now).ToList()) _workers.Remove(worker);
    }
}

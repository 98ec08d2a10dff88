using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Cluster.Batches;
using ResPrune.FleetSimulator.Machines;
using ResPrune.FleetSimulator.Running;
using ResPrune.FleetSimulator.Storage;

namespace ResPrune.FleetSimulator.Results;

/// <summary>What came out of a simulation.</summary>
internal sealed record SimulationResult
{
    /// <summary>The time after which a silo gives up waiting for an answer; here nobody does, so that it shows.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(30);

    public required SimulationOptions Options { get; init; }

    public required BatchSnapshot Last { get; init; }

    public required BatchRecord Record { get; init; }

    public required BatchManifest? Manifest { get; init; }

    public required long Commits { get; init; }

    public required WrittenResults Results { get; init; }

    public required TimeSpan Planned { get; init; }

    public required TimeSpan LastCommit { get; init; }

    public required TimeSpan Ended { get; init; }

    public required IReadOnlyList<(double Slowness, DeviceTime Time)> Devices { get; init; }

    public required int SilosLost { get; init; }

    public required int SilosReplaced { get; init; }

    public required IReadOnlyDictionary<string, long> Calls { get; init; }

    public required TimeSpan LongestCall { get; init; }

    public required (string Grain, TimeSpan Busy) BusiestGrain { get; init; }

    public required IReadOnlyDictionary<string, long> Storage { get; init; }

    public required IReadOnlyList<(string When, long Bytes)> Memory { get; init; }

    public required TimeSpan Real { get; init; }

    public required long Moves { get; init; }

    /// <summary>Time in which the batch had work: from its plan to its last commit.</summary>
    public TimeSpan Working => LastCommit - Planned;

    /// <summary>Share of the time of all devices that were there, while the batch had work, in which they worked.</summary>
    public double Utilisation => Devices.Sum(device => device.Time.Busy.TotalSeconds) / Devices.Sum(device => There(device.Time));

    /// <summary>The same with what came of it: rows published once, in full micro-batches.</summary>
    public double UsefulShare =>
        Options.Rows * (Options.BatchTime.Mean.TotalSeconds / Options.Batch) / Devices.Sum(device => There(device.Time) / device.Slowness);

    /// <summary>The shortest time in which the devices that were there at first could have answered all rows.</summary>
    public TimeSpan Bound => TimeSpan.FromSeconds(Options.Rows / Options.RowsPerSecond(Devices.Take(Options.AllDevices).Select(device => device.Slowness)));

    /// <summary>What is not as it must be; empty when all is well.</summary>
    public IEnumerable<string> Faults()
    {
        if (Last.Status != BatchStatus.Completed || Record.Status != BatchStatus.Completed) yield return $"the batch ended as {Last.Status}: {Last.Problem}";
        if (Results.Ids != Options.Rows) yield return $"the result files have {Results.Ids} rows, the input {Options.Rows}";
        if (Results.Repeated > 0) yield return $"{Results.Repeated} ids are in the result files more than once";
        if (Results.Missing > 0) yield return $"{Results.Missing} ids are missing";
        var counts = (Manifest?.Rows ?? 0, Manifest?.Totals.Answered ?? 0, Manifest?.Totals.Failed ?? 0);
        if (counts != (Options.Rows, Options.Rows, 0)) yield return $"the manifest counts (rows, answered, failed) = {counts}; {Options.Rows} were to be answered";
        if (Record.RequestCounts is not { Failed: 0 } found || found.Total != Options.Rows || found.Completed != Options.Rows)
            yield return $"the record counts {Record.RequestCounts}";
        if (Commits != Manifest?.Shards || Commits != Record.Plan?.Shards) yield return $"{Commits} commit records for {Record.Plan?.Shards} shards";
        if (LongestCall >= CallTimeout) yield return $"a call took {LongestCall}; after {CallTimeout} its silo would have given up";
        if (Utilisation < Options.LeastUtilisation) yield return $"utilisation {Utilisation:P1} is below {Options.LeastUtilisation:P1}";
    }

    private double There(DeviceTime time)
    {
        var (from, until) = (time.From > Planned ? time.From : Planned, time.Until < LastCommit ? time.Until : LastCommit);
        return until > from ? (until - from).TotalSeconds : 0;
    }
}

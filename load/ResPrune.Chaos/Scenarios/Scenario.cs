using ResPrune.Chaos.Faults;

namespace ResPrune.Chaos.Scenarios;

/// <summary>What happens under one seed.</summary>
/// <param name="Seed">The seed that it was drawn from.</param>
/// <param name="Store">Where the batch is.</param>
/// <param name="Faults">In the order they begin.</param>
internal sealed record Scenario(int Seed, StoreKind Store, IReadOnlyList<Fault> Faults)
{
    private static readonly FaultKind[] OfSilos =
    [
        FaultKind.KillWorker, FaultKind.KillControl, FaultKind.KillCoordinator, FaultKind.StopWorker, FaultKind.StopCoordinator,
        FaultKind.DrainSeveral, FaultKind.DeviceThrows, FaultKind.DeviceDies, FaultKind.DeviceWrong, FaultKind.BrokenBatch, FaultKind.OtherModel,
        FaultKind.RedisAway,
    ];

    private static readonly FaultKind[] OfFolders = [FaultKind.DiskFull];

    private static readonly FaultKind[] OfContainers =
        [FaultKind.StoreAway, FaultKind.RepliesLost, FaultKind.StoreBusy, FaultKind.StoreSilent, FaultKind.CommitsLate];

    /// <summary>Whether such a fault is among them.</summary>
    public bool Has(FaultKind kind) => Faults.Any(fault => fault.Kind == kind);

    /// <summary>Draws a scenario; the same one from the same arguments.</summary>
    /// <param name="seed">Any number.</param>
    /// <param name="lengths">How long faults last.</param>
    /// <param name="store">The store to use; null draws one.</param>
    public static Scenario Draw(int seed, FaultLengths lengths, StoreKind? store = null)
    {
        ArgumentNullException.ThrowIfNull(lengths);
        var random = new Random(seed);
        var drawn = random.Next(2) == 0 ? StoreKind.Folder : StoreKind.Container;
        var kind = store ?? drawn;
        FaultKind[] kinds = [.. OfSilos, .. kind == StoreKind.Folder ? OfFolders : OfContainers];
        var faults = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => DrawFault(random, kinds, lengths)).OrderBy(fault => fault.At).ToList();
        return new Scenario(seed, kind, faults);
    }

    private static Fault DrawFault(Random random, FaultKind[] kinds, FaultLengths lengths)
    {
        var kind = kinds[random.Next(kinds.Length)];
        // Not later: the batch may have ended before the next look at it.
        var at = random.NextDouble() * 0.7;
        var choice = random.Next(1 << 20);
        var length = kind switch
        {
            FaultKind.StopWorker or FaultKind.StopCoordinator => lengths.Stop,
            FaultKind.KillWorker or FaultKind.KillControl or FaultKind.KillCoordinator or FaultKind.DrainSeveral
                or FaultKind.DeviceThrows or FaultKind.DeviceDies or FaultKind.DeviceWrong => TimeSpan.FromSeconds(random.NextDouble() * 4),
            FaultKind.BrokenBatch or FaultKind.OtherModel => TimeSpan.Zero,
            _ => lengths.Away * (0.5 + (random.NextDouble() / 2)),
        };
        return new Fault(kind, at, choice, length);
    }
}

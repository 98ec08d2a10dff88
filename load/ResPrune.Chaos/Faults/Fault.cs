using System.Globalization;

namespace ResPrune.Chaos.Faults;

/// <summary>One fault of a scenario.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="At">Share of the shards, in [0, 1), that are committed when it begins.</param>
/// <param name="Choice">Picks the victims among those there are.</param>
/// <param name="Length">How long it lasts; for a silo that is lost, how long until another is started in its place.</param>
internal sealed record Fault(FaultKind Kind, double At, int Choice, TimeSpan Length)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Words()} @{At * 100:0} %");

    private string Words()
    {
        var seconds = Length.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        return Kind switch
        {
            FaultKind.KillWorker => $"kill worker (+{seconds} s)",
            FaultKind.KillControl => $"kill control (+{seconds} s)",
            FaultKind.KillCoordinator => $"kill coordinator (+{seconds} s)",
            FaultKind.StopWorker => $"stop worker {seconds} s",
            FaultKind.StopCoordinator => $"stop coordinator {seconds} s",
            FaultKind.DrainSeveral => $"drain several (+{seconds} s)",
            FaultKind.DeviceThrows => $"device throws (+{seconds} s)",
            FaultKind.DeviceDies => $"device dies (+{seconds} s)",
            FaultKind.DeviceWrong => $"device wrong (+{seconds} s)",
            FaultKind.BrokenBatch => "broken batch",
            FaultKind.OtherModel => "other model",
            FaultKind.RedisAway => $"redis away {seconds} s",
            FaultKind.DiskFull => $"disk full {seconds} s",
            FaultKind.StoreAway => $"store away {seconds} s",
            FaultKind.RepliesLost => $"replies lost {seconds} s",
            FaultKind.StoreBusy => $"store busy {seconds} s",
            FaultKind.StoreSilent => $"store silent {seconds} s",
            FaultKind.CommitsLate => $"commits late {seconds} s",
            _ => throw new InvalidOperationException($"{Kind} has no words."),
        };
    }
}

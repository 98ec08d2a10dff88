namespace ResPrune.Chaos.Measuring;

/// <summary>One thing that is recovered from.</summary>
/// <param name="Name">For a person.</param>
/// <param name="IsControl">Whether the victim is the coordinator's silo; else it is a worker's.</param>
/// <param name="Signal">KILL or STOP; null for nothing at all, which says what the measurement itself takes.</param>
/// <param name="Target">What the median must not exceed, in seconds; null where there is nothing to recover from.</param>
internal sealed record RecoveryCase(string Name, bool IsControl, string? Signal, double? Target)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<RecoveryCase> All { get; } =
    [
        new("nothing happens", IsControl: false, null, null),
        new("SIGKILL of a worker", IsControl: false, "KILL", 5),
        new("SIGKILL of the coordinator's silo", IsControl: true, "KILL", 5),
        new("SIGSTOP of a worker", IsControl: false, "STOP", 12),
        new("SIGSTOP of the coordinator's silo", IsControl: true, "STOP", 12),
    ];
}

namespace ResPrune.Chaos.Faults;

/// <summary>How long faults last.</summary>
/// <param name="Stop">SIGSTOP until SIGCONT; longer than a hang takes to be seen.</param>
/// <param name="Away">Redis or the store are away, the disk is full, the store misbehaves.</param>
internal sealed record FaultLengths(TimeSpan Stop, TimeSpan Away)
{
    /// <summary>As long as the failures of the real world that are stood for.</summary>
    public static FaultLengths Whole { get; } = new(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(10));

    /// <summary>Just longer than what they have to outlast: failure detection takes 6 s.</summary>
    public static FaultLengths Short { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(4));
}

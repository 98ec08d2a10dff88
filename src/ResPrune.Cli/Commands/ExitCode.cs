namespace ResPrune.Cli.Commands;

/// <summary>What the process says to whoever started it.</summary>
internal static class ExitCode
{
    /// <summary>Everything was answered.</summary>
    public const int Success = 0;

    /// <summary>A network, a disk or something nobody foresaw failed; standard error has the details.</summary>
    public const int Fault = 1;

    /// <summary>Wrong usage: nothing was begun; standard error says what is wrong and what to type.</summary>
    public const int Usage = 2;

    /// <summary>Finished, and some rows have no answer.</summary>
    public const int FailedRows = 3;

    /// <summary>
    /// The cluster goes on without this silo: it was declared dead while it did not answer, another took its name, or Redis lost its
    /// membership. Start it again.
    /// </summary>
    public const int Evicted = 4;

    /// <summary>
    /// A device does not compute rightly any more. Nothing it computed since is published; what it had is handed back. Start it again, on another device where
    /// it fails again.
    /// </summary>
    public const int DeviceFailed = 5;

    /// <summary>Interrupted by a signal; the same command goes on.</summary>
    public const int Interrupted = 130;
}

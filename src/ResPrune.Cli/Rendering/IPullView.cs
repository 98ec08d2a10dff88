using ResPrune.Cli.Hub;

namespace ResPrune.Cli.Rendering;

/// <summary>How a pull looks: to a person at a terminal, in a log file.</summary>
internal interface IPullView
{
    /// <summary>Shows a pull until it has ended, in whatever way; its outcome is left to the caller.</summary>
    Task WatchAsync(PullProgress progress, Task pull);
}

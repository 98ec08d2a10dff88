using ResPrune.Cli.Running;
using ResPrune.Cluster.Batches;

namespace ResPrune.Cli.Rendering;

/// <summary>How a run looks: to a person at a terminal, in a log file, to a program.</summary>
internal interface IRunView
{
    /// <summary>Shows a run while it goes on; ends with the snapshots.</summary>
    Task WatchAsync(IAsyncEnumerable<BatchSnapshot> snapshots, CancellationToken cancellationToken);

    /// <summary>Shows what came of it.</summary>
    void Conclude(RunSummary summary);
}

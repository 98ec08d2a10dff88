using ResPrune.Cli.Running;
using ResPrune.Cluster.Batches;

namespace ResPrune.Cli.Rendering;

/// <summary>
/// Shows nothing while it runs and <paramref name="conclusion"/> at the end: one line for <c>--quiet</c>, one object for <c>--json</c>.
/// </summary>
internal sealed class QuietRunView(TextWriter output, Func<RunSummary, string> conclusion) : IRunView
{
    /// <inheritdoc/>
    public async Task WatchAsync(IAsyncEnumerable<BatchSnapshot> snapshots, CancellationToken cancellationToken)
    {
        await foreach (var _ in snapshots.WithCancellation(cancellationToken))
        {
            // Only the end is of interest.
        }
    }

    /// <inheritdoc/>
    public void Conclude(RunSummary summary) => output.WriteLine(conclusion(summary));
}

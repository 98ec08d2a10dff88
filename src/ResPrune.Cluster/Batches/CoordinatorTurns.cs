using Microsoft.Extensions.Options;

namespace ResPrune.Cluster.Batches;

/// <summary>
/// Bounds how many coordinators of this silo plan, read their state, finalise or write to the store at a time: a thousand batches that are taken up
/// together would otherwise ask the store for more than it answers in time, and none would come further.
/// </summary>
/// <param name="options"><see cref="BatchCoordinatorOptions.Abreast"/>.</param>
internal sealed class CoordinatorTurns(IOptions<BatchCoordinatorOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _free = new(options.Value.Abreast);

    /// <summary>Does one piece of work when it is its turn.</summary>
    /// <param name="work">The work, which must not wait for another turn.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task RunAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            await work();
        }
        finally
        {
            _free.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();
}

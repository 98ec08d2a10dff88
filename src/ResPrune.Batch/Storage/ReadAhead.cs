using System.Runtime.CompilerServices;

namespace ResPrune.Batch.Storage;

/// <summary>Reads that follow on each other without waiting for each other: a store far away answers many at once.</summary>
internal static class ReadAhead
{
    /// <summary>Reads every item, a few at a time; the results come in the order of the items.</summary>
    /// <param name="items">What to read.</param>
    /// <param name="read">Reads one.</param>
    /// <param name="window">Most reads begun and not yet taken.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async IAsyncEnumerable<TResult> SelectAsync<T, TResult>(
        IAsyncEnumerable<T> items,
        Func<T, CancellationToken, Task<TResult>> read,
        int window,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var begun = new Queue<Task<TResult>>();
        try
        {
            await foreach (var item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                begun.Enqueue(read(item, left.Token));
                if (begun.Count >= window) yield return await begun.Dequeue().ConfigureAwait(false);
            }

            while (begun.Count > 0) yield return await begun.Dequeue().ConfigureAwait(false);
        }
        finally
        {
            // Whoever stopped looking wants no more of it, and no unobserved failure either.
            await left.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(begun.Select(Task (task) => task)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

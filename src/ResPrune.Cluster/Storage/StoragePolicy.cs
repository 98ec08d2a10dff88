using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ResPrune.Batch.Storage;

namespace ResPrune.Cluster.Storage;

/// <summary>
/// Runs blob store operations under a deadline, measures them, and logs what the store repeats for them. It repeats nothing itself: the store does
/// (<see cref="StoreRetryOptions"/>), and what fails then goes back to whoever gives the work out again.
/// </summary>
internal sealed partial class StoragePolicy(
    IOptions<StorageOptions> options,
    StorageInstruments instruments,
    TimeProvider time,
    ILogger<StoragePolicy> logger)
{
    private readonly StorageOptions _options = options.Value;

    /// <summary>Runs <paramref name="operation"/> once.</summary>
    /// <param name="name">One of <see cref="StorageOperations"/>: the metric tag.</param>
    /// <param name="operation">The operation; its token carries the deadline.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">It ran into its deadline.</exception>
    public Task<T> RunAsync<T>(string name, Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken) =>
        RunAsync(name, (_, token) => operation(token), cancellationToken);

    /// <summary>Runs <paramref name="operation"/> once, under a deadline that begins anew whenever it comes further.</summary>
    /// <param name="name">One of <see cref="StorageOperations"/>: the metric tag.</param>
    /// <param name="operation">The operation: told what to call at every step, and the token that carries the deadline.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">It came no further until its deadline.</exception>
    public async Task<T> RunAsync<T>(string name, Func<Action, CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        StoreRetries.Observer = retried =>
        {
            instruments.OperationFinished(name, StorageInstruments.Retried, retried.Duration);
            LogRetry(logger, name, retried.Retry, retried.Retries, retried.Delay, retried.Failure.Message);
        };
        using var deadline = new CancellationTokenSource(_options.Deadline, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var started = time.GetTimestamp();
        try
        {
            var result = await operation(() => deadline.CancelAfter(_options.Deadline), both.Token);
            instruments.OperationFinished(name, StorageInstruments.Success, time.GetElapsedTime(started));
            return result;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            instruments.OperationFinished(name, StorageInstruments.Failed, time.GetElapsedTime(started));
            throw new TimeoutException($"Storage operation '{name}' took longer than {_options.Deadline}.");
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            instruments.OperationFinished(name, StorageInstruments.Failed, time.GetElapsedTime(started));
            throw;
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Storage operation {Operation} failed, retry {Retry} of {Retries} in {Delay}: {Reason}")]
    private static partial void LogRetry(ILogger logger, string operation, int retry, int retries, TimeSpan delay, string reason);
}

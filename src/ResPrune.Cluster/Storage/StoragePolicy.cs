using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ResPrune.Cluster.Storage;

/// <summary>
/// Runs blob store operations with a deadline for each try and retries with exponential back-off and full jitter. Only faults that may
/// pass by themselves are retried. Every operation given to it must be repeatable: after a time-out it may have been carried out.
/// </summary>
internal sealed partial class StoragePolicy(
    IOptions<StorageOptions> options,
    StorageInstruments instruments,
    TimeProvider time,
    ILogger<StoragePolicy> logger)
{
    private readonly StorageOptions _options = options.Value;

    /// <summary>Runs <paramref name="operation"/> until it succeeds, fails for good, or the tries are used up.</summary>
    /// <param name="name">One of <see cref="StorageOperations"/>: the metric tag.</param>
    /// <param name="operation">The operation; its token carries the deadline of the try.</param>
    /// <param name="cancellationToken">Ends the tries and the waits between them.</param>
    /// <exception cref="TimeoutException">The last try ran into its deadline.</exception>
    public async Task<T> RunAsync<T>(string name, Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        for (var retry = 0; ; retry++)
        {
            var started = time.GetTimestamp();
            try
            {
                var result = await TryAsync(name, operation, cancellationToken);
                instruments.OperationFinished(name, StorageInstruments.Success, time.GetElapsedTime(started));
                return result;
            }
            catch (Exception exception) when (IsTransient(exception) && retry < _options.Retries)
            {
                instruments.OperationFinished(name, StorageInstruments.Retried, time.GetElapsedTime(started));
                var delay = Delay(retry);
                LogRetry(logger, name, retry + 1, _options.Retries, delay, exception.Message);
                await Task.Delay(delay, time, cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                instruments.OperationFinished(name, StorageInstruments.Failed, time.GetElapsedTime(started));
                throw;
            }
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(string name, Func<CancellationToken, Task> operation, CancellationToken cancellationToken) =>
        RunAsync(
            name,
            async token =>
            {
                await operation(token);
                return true;
            },
            cancellationToken);

    /// <summary>Faults of the way to the store; what the store says about the request itself is final.</summary>
    private static bool IsTransient(Exception exception) => exception
        is TimeoutException
        or HttpRequestException
        or (IOException and not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException));

    private async Task<T> TryAsync<T>(string name, Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(_options.TryTimeout, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await operation(both.Token);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Storage operation '{name}' took longer than {_options.TryTimeout}.");
        }
    }

    private TimeSpan Delay(int retry)
    {
        var ceiling = Math.Min(_options.MaxDelay.TotalSeconds, _options.BaseDelay.TotalSeconds * Math.Pow(2, retry));
        return TimeSpan.FromSeconds(ceiling * Random.Shared.NextDouble());
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Storage operation {Operation} failed, retry {Retry} of {Retries} in {Delay}: {Reason}")]
    private static partial void LogRetry(ILogger logger, string operation, int retry, int retries, TimeSpan delay, string reason);
}

using System.Runtime.ExceptionServices;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace ResPrune.Batch.Storage;

/// <summary>
/// The one place that repeats requests to a store: a bounded number of times, with waits that grow, under one deadline. What is given to it must be
/// repeatable: after a failure it may have been carried out.
/// </summary>
internal sealed class StoreRetry
{
    private readonly ResiliencePipeline _pipeline;
    private readonly StoreRetryOptions _options;

    /// <summary>Creates it.</summary>
    /// <param name="options">How often and how long.</param>
    /// <param name="time">Clock of the waits and the deadline.</param>
    /// <param name="mayPass">Whether a fault may be gone at the next try.</param>
    /// <param name="retryAfter">The wait that the server asked for; null where none does.</param>
    public StoreRetry(
        StoreRetryOptions options, TimeProvider time, Func<Exception, bool> mayPass, Func<Exception, TimeSpan?>? retryAfter = null)
    {
        _options = options;
        _pipeline = Pipeline(options, time, mayPass, retryAfter);
    }

    /// <summary>The tries, their waits and the deadline over all of them. Each repeat is told to <see cref="StoreRetries.Observer"/>.</summary>
    /// <param name="options">How often and how long.</param>
    /// <param name="time">Clock of the waits and the deadline.</param>
    /// <param name="mayPass">Whether a fault may be gone at the next try.</param>
    /// <param name="retryAfter">The wait that the server asked for; null where none does. One above the deadline ends the tries.</param>
    public static ResiliencePipeline Pipeline(
        StoreRetryOptions options, TimeProvider time, Func<Exception, bool> mayPass, Func<Exception, TimeSpan?>? retryAfter)
    {
        TimeSpan? Asked(Exception? failure) => failure is null ? null : retryAfter?.Invoke(failure);
        var pipeline = new ResiliencePipelineBuilder { TimeProvider = time }.AddTimeout(options.Deadline);
        if (options.Retries == 0) return pipeline.Build();
        return pipeline.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = attempt => ValueTask.FromResult(
                attempt.Outcome.Exception is { } failure && mayPass(failure) && !(Asked(failure) > options.Deadline)),
            MaxRetryAttempts = options.Retries,
            Delay = options.Delay,
            MaxDelay = options.MaxDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            DelayGenerator = attempt => ValueTask.FromResult(Asked(attempt.Outcome.Exception)),
            OnRetry = attempt =>
            {
                StoreRetries.Observer?.Invoke(new StoreRetried(
                    attempt.Outcome.Exception!, attempt.AttemptNumber + 1, options.Retries, attempt.RetryDelay, attempt.Duration));
                return ValueTask.CompletedTask;
            },
        }).Build();
    }

    /// <summary>Runs a request until it succeeds, fails for good, or the tries or the time are used up.</summary>
    /// <param name="request">The request; its token carries the deadline.</param>
    /// <param name="cancellationToken">Ends the tries and the waits between them.</param>
    /// <exception cref="IOException">Not even the first try ended before the deadline; with a <see cref="TimeoutException"/> inside.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        Exception? last = null;
        try
        {
            return await _pipeline.ExecuteAsync(
                async token =>
                {
                    try
                    {
                        return await request(token).ConfigureAwait(false);
                    }
                    catch (Exception failure) when (!token.IsCancellationRequested)
                    {
                        last = failure;
                        throw;
                    }
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException)
        {
            // What the tries before met says more than that the time is over.
            if (last is not null) ExceptionDispatchInfo.Throw(last);
            throw new IOException($"There was no answer within {_options.Deadline.TotalSeconds:0.###} s.", new TimeoutException());
        }
    }
}

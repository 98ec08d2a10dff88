using Polly;
using Polly.Retry;

namespace ResPrune.Cli.Hub;

/// <summary>Repeats what may succeed a little later, a bounded number of times, waiting as long as the server asks for.</summary>
internal sealed class HubRetry
{
    private readonly ResiliencePipeline _pipeline;
    private readonly int _attempts;

    /// <summary>Creates it.</summary>
    public HubRetry(HubLimits limits, TimeProvider time)
    {
        _attempts = limits.Retries + 1;
        _pipeline = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<HubException>(exception => exception.IsTransient),
                MaxRetryAttempts = limits.Retries,
                Delay = limits.RetryDelay,
                MaxDelay = TimeSpan.FromSeconds(30),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                DelayGenerator = attempt => ValueTask.FromResult((attempt.Outcome.Exception as HubException)?.RetryAfter),
            })
            .Build();
    }

    /// <summary>Does it, again if need be.</summary>
    /// <exception cref="HubException">It failed for good.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> attempt, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(async token => await attempt(token), cancellationToken);
        }
        catch (HubException exception) when (exception.IsTransient)
        {
            throw new HubException(
                exception.Failure, FormattableString.Invariant($"{exception.Message} Tried {_attempts} times."), exception);
        }
    }
}

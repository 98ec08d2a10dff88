namespace ResPrune.Batch.Storage;

/// <summary>Who wants to know of the requests that a store repeats, for metrics and logs.</summary>
public static class StoreRetries
{
    private static readonly AsyncLocal<Action<StoreRetried>?> Current = new();

    /// <summary>Told of each try that failed and is repeated, in the asynchronous method that sets it and in what that calls. Null (default): nobody.</summary>
    public static Action<StoreRetried>? Observer
    {
        get => Current.Value;
        set => Current.Value = value;
    }
}

/// <summary>A try that failed and is repeated.</summary>
/// <param name="Failure">What went wrong.</param>
/// <param name="Retry">The repeat that follows, from 1.</param>
/// <param name="Retries">The most there are.</param>
/// <param name="Delay">The wait before it.</param>
/// <param name="Duration">How long the failed try took.</param>
public readonly record struct StoreRetried(Exception Failure, int Retry, int Retries, TimeSpan Delay, TimeSpan Duration);

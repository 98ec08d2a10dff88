namespace ResPrune.Cli.Hub;

/// <summary>A model could not be had. The message says in one line what happened, where, and what to do; it never has the token in it.</summary>
internal sealed class HubException : Exception
{
    /// <summary>Creates the exception.</summary>
    public HubException(HubFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>The reason.</summary>
    public HubFailure Failure { get; }

    /// <summary>Whether the same request may succeed a little later.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How long the server asked to wait; null where it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

namespace ResPrune.Server.Fleet;

/// <summary>
/// Ends the process when Orleans finds that it cannot go on, above all when the cluster has declared this silo dead while it was stopped or
/// cut off. Its shards are others' by now; whatever it still finishes loses the race for the commit record.
/// </summary>
internal sealed class EvictedSilo(ILocalSiloDetails silo, Action<string> fatal) : IFatalErrorHandler
{
    /// <inheritdoc/>
    public bool IsUnexpected(Exception exception) => exception is not ThreadInterruptedException;

    /// <inheritdoc/>
    public void OnFatalException(object? sender, string? context, Exception? exception)
    {
        var why = exception?.GetBaseException().Message ?? context ?? "unknown reason";
        var dead = why.Contains("I have been told I am dead", StringComparison.OrdinalIgnoreCase)
            || context?.Contains("dead", StringComparison.OrdinalIgnoreCase) == true;
        fatal(dead
            ? $"silo '{silo.Name}' was declared dead by the others while it did not answer; it ends. What it had committed stands, the rest is others' work now."
            : $"silo '{silo.Name}' cannot go on: {why}");
    }
}

namespace ResPrune.Server.Fleet;

/// <summary>
/// A silo or a client of a fleet cannot start: a setting is wrong, or something it needs is not there. The message says in one line what and
/// what to do; it repeats no secret.
/// </summary>
public sealed class FleetStartException : Exception
{
    /// <summary>Creates the exception.</summary>
    public FleetStartException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

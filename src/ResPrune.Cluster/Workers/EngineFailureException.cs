namespace ResPrune.Cluster.Workers;

/// <summary>So many rows of a shard failed in the engine that the device is to be suspected, not the rows.</summary>
internal sealed class EngineFailureException : Exception
{
    /// <summary>Creates the exception.</summary>
    public EngineFailureException(string message)
        : base(message)
    {
    }
}

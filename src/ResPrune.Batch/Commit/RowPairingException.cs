namespace ResPrune.Batch.Commit;

/// <summary>A row that does not belong to the line it was given for: the answers of a shard were mixed up. A bug; nothing was written.</summary>
public sealed class RowPairingException : InvalidOperationException
{
    /// <summary>Creates the exception.</summary>
    public RowPairingException(string message)
        : base(message)
    {
    }
}

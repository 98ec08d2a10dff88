namespace ResPrune.Batch.Storage;

/// <summary>A store that cannot be opened: missing, not a folder, or not writable. The message names it and what to do.</summary>
public sealed class BlobStoreUnavailableException : IOException
{
    /// <summary>Creates the exception.</summary>
    public BlobStoreUnavailableException(string location, string message, Exception? innerException = null)
        : base(message, innerException) => Location = location;

    /// <summary>The folder or container.</summary>
    public string Location { get; }

    /// <summary>Whether trying again is of no use without a change of settings or rights. False where the store could not be reached. Default true.</summary>
    public bool IsPermanent { get; init; } = true;
}

namespace ResPrune.Batch.Storage;

/// <summary>A blob name that could leave the store or mean two things.</summary>
public sealed class BlobNameException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    public BlobNameException(string name, string reason)
        : base($"'{name}' is not a usable blob name: {reason}.") => BlobName = name;

    /// <summary>The name as given.</summary>
    public string BlobName { get; }
}

namespace ResPrune.Batch.Storage;

/// <summary>A name that, through a symbolic link, leads out of the store's root.</summary>
public sealed class BlobOutsideRootException : IOException
{
    /// <summary>Creates the exception.</summary>
    public BlobOutsideRootException(string name, string root)
        : base($"'{name}' leads out of '{root}' through a symbolic link; copy the file into the folder instead.") => BlobName = name;

    /// <summary>The name as given.</summary>
    public string BlobName { get; }
}

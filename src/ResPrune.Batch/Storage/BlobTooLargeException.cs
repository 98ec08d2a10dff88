namespace ResPrune.Batch.Storage;

/// <summary>A blob that was to be read whole is larger than the reader allows.</summary>
public sealed class BlobTooLargeException : IOException
{
    /// <summary>Creates the exception.</summary>
    public BlobTooLargeException(string name, long length, int maxBytes)
        : base($"'{name}' has {length} bytes; at most {maxBytes} are read whole.") => Length = length;

    /// <summary>Its length in bytes.</summary>
    public long Length { get; }
}

namespace ResPrune.Batch.Batches;

/// <summary>Stored state of a batch contradicts itself: something other than this program changed or removed it. The message names the blob.</summary>
public sealed class BatchCorruptedException : Exception
{
    /// <summary>Creates the exception.</summary>
    public BatchCorruptedException(BatchId batch, string blob, string message)
        : base($"Batch {batch}, {blob}: {message}")
    {
        Batch = batch;
        Blob = blob;
    }

    /// <summary>The batch.</summary>
    public BatchId Batch { get; }

    /// <summary>The blob that is wrong.</summary>
    public string Blob { get; }
}

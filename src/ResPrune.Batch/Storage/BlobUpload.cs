namespace ResPrune.Batch.Storage;

/// <summary>A streamed write. Disposing it before <see cref="CompleteAsync"/> abandons it and leaves the blob as it was.</summary>
public abstract class BlobUpload : IAsyncDisposable
{
    /// <summary>Write the content here.</summary>
    public abstract Stream Content { get; }

    /// <summary>Makes everything written so far durable and visible at once, if the condition holds at that moment. Call once.</summary>
    public abstract Task<BlobWriteResult> CompleteAsync(BlobWriteCondition condition, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}

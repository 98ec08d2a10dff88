namespace ResPrune.Batch.Storage;

/// <summary>When a write may happen; checked atomically with the write.</summary>
public readonly record struct BlobWriteCondition
{
    private BlobWriteCondition(bool createOnly, string? eTag)
    {
        IsCreateOnly = createOnly;
        ETag = eTag;
    }

    /// <summary>Create or replace.</summary>
    public static BlobWriteCondition Always => default;

    /// <summary>Only where there is no blob yet (<c>If-None-Match: *</c>): of any number of writers exactly one succeeds.</summary>
    public static BlobWriteCondition CreateOnly => new(createOnly: true, eTag: null);

    /// <summary>True for <see cref="CreateOnly"/>.</summary>
    public bool IsCreateOnly { get; }

    /// <summary>The version that must be the current one; null when no version is asked for.</summary>
    public string? ETag { get; }

    /// <summary>Only while the blob is still this version (<c>If-Match</c>).</summary>
    public static BlobWriteCondition IfMatch(string eTag)
    {
        ArgumentException.ThrowIfNullOrEmpty(eTag);
        return new(createOnly: false, eTag);
    }
}

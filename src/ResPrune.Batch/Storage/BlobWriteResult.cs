using System.Diagnostics.CodeAnalysis;

namespace ResPrune.Batch.Storage;

/// <summary>What became of a conditional write. A condition that does not hold is data, not an exception.</summary>
public readonly record struct BlobWriteResult
{
    private BlobWriteResult(string eTag) => ETag = eTag;

    /// <summary>The condition did not hold and nothing was written.</summary>
    public static BlobWriteResult ConditionNotMet => default;

    /// <summary>True when the blob now has the content that was given.</summary>
    [MemberNotNullWhen(true, nameof(ETag))]
    public bool IsWritten => ETag is not null;

    /// <summary>The version that was written; null when nothing was.</summary>
    public string? ETag { get; }

    /// <summary>The write happened and made this version.</summary>
    public static BlobWriteResult Written(string eTag)
    {
        ArgumentException.ThrowIfNullOrEmpty(eTag);
        return new(eTag);
    }
}

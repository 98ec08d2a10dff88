using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace ResPrune.Batch.Storage;

/// <summary>
/// One write with its condition. A request whose reply was lost is repeated; when the lost one was carried out, the repeat finds its own blob in
/// the way. So every write leaves a mark of its own on the blob, the same at every try, and a refusal is only believed when the mark there is another's.
/// </summary>
internal sealed class AzureWrite
{
    private const string MarkName = "resprune_write";
    private readonly BlockBlobClient _blob;
    private readonly BlobWriteCondition _condition;
    private readonly string _mark = Guid.NewGuid().ToString("N");

    /// <summary>Creates the write; each try of it is a call of <see cref="TryAsync"/>.</summary>
    public AzureWrite(BlockBlobClient blob, BlobWriteCondition condition)
    {
        _blob = blob;
        _condition = condition;
    }

    /// <summary>What the blob carries beside its content.</summary>
    public IDictionary<string, string> Metadata => new Dictionary<string, string> { [MarkName] = _mark };

    /// <summary>The condition as the service takes it.</summary>
    public BlobRequestConditions? Conditions => _condition switch
    {
        { IsCreateOnly: true } => new BlobRequestConditions { IfNoneMatch = ETag.All },
        { ETag: { } eTag } => new BlobRequestConditions { IfMatch = new ETag(eTag) },
        _ => null,
    };

    /// <summary>Sends the request that makes the write visible once, and finds out what a refusal means.</summary>
    /// <param name="send">Sends the request with the conditions and the metadata of this write.</param>
    /// <param name="cancellationToken">Gives up; the outcome is unknown then.</param>
    public async Task<BlobWriteResult> TryAsync(
        Func<AzureWrite, CancellationToken, Task<Response<BlobContentInfo>>> send, CancellationToken cancellationToken)
    {
        try
        {
            var written = await send(this, cancellationToken).ConfigureAwait(false);
            return BlobWriteResult.Written(written.Value.ETag.ToString());
        }
        catch (RequestFailedException refusal) when (IsRefusal(refusal))
        {
            if (await ResolveAsync(cancellationToken).ConfigureAwait(false) is { } result) return result;
            throw;
        }
    }

    // Blocks of an upload are thrown away by whoever completes the same blob meanwhile; what that means depends on the condition.
    private static bool IsRefusal(RequestFailedException refusal) =>
        refusal.ErrorCode == BlobErrorCode.BlobAlreadyExists
        || refusal.ErrorCode == BlobErrorCode.ConditionNotMet
        || refusal.ErrorCode == BlobErrorCode.TargetConditionNotMet
        || refusal.ErrorCode == BlobErrorCode.BlobNotFound
        || refusal.ErrorCode == BlobErrorCode.InvalidBlockList;

    // Null: neither written, nor kept from it by the condition.
    private async Task<BlobWriteResult?> ResolveAsync(CancellationToken cancellationToken)
    {
        BlobProperties? standing = null;
        try
        {
            var properties = (await _blob.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false)).Value;
            if (properties.Metadata.TryGetValue(MarkName, out var mark) && mark == _mark)
                return BlobWriteResult.Written(properties.ETag.ToString());
            standing = new BlobProperties(_blob.Name, properties.ETag.ToString(), properties.ContentLength);
        }
        catch (RequestFailedException absent) when (absent.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            // Deleted since, or never there: a version that was asked for is not.
        }

        var kept = _condition switch
        {
            { IsCreateOnly: true } => standing is not null,
            { ETag: { } eTag } => standing?.ETag != eTag,
            _ => false,
        };
        return kept ? BlobWriteResult.ConditionNotMet : null;
    }
}

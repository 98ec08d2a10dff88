using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace ResPrune.Batch.Storage;

/// <summary>
/// A container of Azure Blob Storage, or a folder of it, as a blob store. Create-only is <c>If-None-Match: *</c>, compare-and-set <c>If-Match</c>; leases
/// are not used. Every request is repeated here and nowhere else (<see cref="StoreRetry"/>); a write that was carried out although its reply was lost
/// counts as written (<see cref="AzureWrite"/>).
/// Names are listed as the service orders them: ordinally, in an account without hierarchical namespace.
/// </summary>
public sealed class AzureBlobStore : IBlobStore
{
    private const string Probe = BlobName.ReservedSegment + "/writable";
    private readonly BlobContainerClient _container;
    private readonly string _prefix;
    private readonly AzureBlobStoreOptions _options;
    private readonly AzureFaults _faults;
    private readonly Uri _service;
    private readonly bool _writable;

    internal AzureBlobStore(BlobContainerClient container, Uri service, string folder, AzureBlobStoreOptions options, bool writable)
    {
        _container = container;
        _prefix = folder.Length == 0 ? "" : folder + "/";
        _options = options;
        _service = service;
        _faults = new AzureFaults(service, container.Name, options.Retry, TimeProvider.System);
        _writable = writable;
        Location = $"{service.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{container.Name}{(folder.Length == 0 ? "" : "/" + folder)}";
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public IBlobStore WithoutRetries =>
        new AzureBlobStore(_container, _service, _prefix.TrimEnd('/'), _options with { Retry = _options.Retry with { Retries = 0 } }, _writable);

    /// <inheritdoc/>
    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken)
    {
        var (blob, canonical) = Find(name);
        return _faults.RunAsync(
            async token =>
            {
                var found = await OrNullAsync(() => blob.GetPropertiesAsync(cancellationToken: token)).ConfigureAwait(false);
                return found is null ? null : new BlobProperties(canonical, found.Value.ETag.ToString(), found.Value.ContentLength);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Stream?> OpenReadAsync(string name, long offset, long? length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var (blob, _) = Find(name);
        // The service has no empty ranges, and no ranges of an empty blob.
        if (length == 0) return await GetPropertiesAsync(name, cancellationToken).ConfigureAwait(false) is null ? null : Stream.Null;
        var first = await _faults.RunAsync(
            async token =>
            {
                try
                {
                    return await OrNullAsync(() => DownloadAsync(blob, offset, length, null, token)).ConfigureAwait(false);
                }
                catch (RequestFailedException past) when (past.ErrorCode == BlobErrorCode.InvalidRange)
                {
                    return Nothing();
                }
            },
            cancellationToken).ConfigureAwait(false);
        return first is null ? null : new AzureReadStream(first, (done, token) => ReopenAsync(blob, offset + done, length - done, first, token), _faults);
    }

    /// <inheritdoc/>
    public Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        var (blob, canonical) = Find(name);
        return _faults.RunAsync(
            async token =>
            {
                using var download = await OrNullAsync(() => DownloadAsync(blob, 0, null, null, token)).ConfigureAwait(false);
                if (download is null) return null;
                var length = download.Details.ContentLength;
                if (length > maxBytes) throw new BlobTooLargeException(canonical, length, maxBytes);
                var content = new byte[length];
                await download.Content.ReadExactlyAsync(content, token).ConfigureAwait(false);
                return new BlobContent(content, download.Details.ETag.ToString());
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<BlobWriteResult> WriteAsync(
        string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken)
    {
        RequireWritable();
        var (blob, _) = Find(name);
        if (content.Length <= _options.BlockBytes) return await PutAsync(blob, content, condition, cancellationToken).ConfigureAwait(false);
        var upload = new AzureUpload(blob, _options, _faults);
        await using (upload.ConfigureAwait(false))
        {
            await upload.Content.WriteAsync(content, cancellationToken).ConfigureAwait(false);
            return await upload.CompleteAsync(condition, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public Task<BlobUpload> BeginUploadAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RequireWritable();
        return Task.FromResult<BlobUpload>(new AzureUpload(Find(name).Blob, _options, _faults));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobName.CheckPrefix(prefix);
        var options = new GetBlobsOptions { Prefix = _prefix + prefix };
        await foreach (var item in Items(token => _container.GetBlobsAsync(options, token), cancellationToken).ConfigureAwait(false))
        {
            if (IsOurs(item.Name)) yield return item.Name[_prefix.Length..];
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobName.CheckFolderPrefix(prefix);
        var start = _prefix + prefix;
        var options = new GetBlobsByHierarchyOptions { Delimiter = "/", Prefix = start };
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var item in Items(token => _container.GetBlobsByHierarchyAsync(options, token), cancellationToken).ConfigureAwait(false))
        {
            if (item.IsPrefix && IsOurs(item.Prefix + "x")) folders.Add(item.Prefix[start.Length..^1]);
        }

        foreach (var folder in folders) yield return folder;
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        RequireWritable();
        var (blob, _) = Find(name);
        return _faults.RunAsync(
            async token => await OrNullAsync(() => blob.DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, null, token))
                .ConfigureAwait(false) is not null,
            cancellationToken);
    }

    /// <summary>Tries whether the container is there and may be used.</summary>
    internal async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var blob = _container.GetBlockBlobClient(_prefix + Probe);
        if (_writable) await PutAsync(blob, default, BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        else await _faults.RunAsync(token => OrNullAsync(() => blob.GetPropertiesAsync(cancellationToken: token)), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<T?> OrNullAsync<T>(Func<Task<T>> request)
        where T : class
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (RequestFailedException absent) when (absent.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    private (BlockBlobClient Blob, string Canonical) Find(string name)
    {
        var canonical = BlobName.Canonicalise(name);
        if (_prefix.Length + canonical.Length > BlobName.MaxLength)
            throw new BlobNameException(name, $"with the folder '{_prefix}' before it, it is longer than {BlobName.MaxLength} characters");
        return (_container.GetBlockBlobClient(_prefix + canonical), canonical);
    }

    private Task<BlobWriteResult> PutAsync(
        BlockBlobClient blob, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken)
    {
        var write = new AzureWrite(blob, condition);
        return _faults.RunAsync(
            token => write.TryAsync((marked, sent) => AzureUpload.PutAsync(blob, content, marked, sent), token), cancellationToken);
    }

    private static async Task<BlobDownloadStreamingResult> DownloadAsync(
        BlockBlobClient blob, long offset, long? length, BlobRequestConditions? conditions, CancellationToken cancellationToken)
    {
        var options = new BlobDownloadOptions { Range = offset == 0 && length is null ? default : new HttpRange(offset, length), Conditions = conditions };
        return (await blob.DownloadStreamingAsync(options, cancellationToken).ConfigureAwait(false)).Value;
    }

    private static BlobDownloadStreamingResult Nothing() => BlobsModelFactory.BlobDownloadStreamingResult(Stream.Null);

    // The rest of the very version that the first part is of.
    private static async Task<BlobDownloadStreamingResult> ReopenAsync(
        BlockBlobClient blob, long offset, long? length, BlobDownloadStreamingResult first, CancellationToken cancellationToken)
    {
        if (length == 0) return Nothing();
        try
        {
            return await DownloadAsync(blob, offset, length, new BlobRequestConditions { IfMatch = first.Details.ETag }, cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException past) when (past.ErrorCode == BlobErrorCode.InvalidRange)
        {
            return Nothing();
        }
        catch (RequestFailedException changed) when (changed.ErrorCode == BlobErrorCode.ConditionNotMet || changed.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            throw new BlobRefusedException($"'{blob.Name}' was replaced or deleted while it was read; read it again.", changed);
        }
    }

    // A page at a time. A listing that failed cannot go on by itself: it is begun again where the page before it ended.
    private async IAsyncEnumerable<T> Items<T>(
        Func<CancellationToken, AsyncPageable<T>> list, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : notnull
    {
        string? next = null;
        do
        {
            var page = await _faults.RunAsync(token => PageAsync(list(token), next, token), cancellationToken).ConfigureAwait(false);
            foreach (var item in page?.Values ?? []) yield return item;
            next = page?.ContinuationToken;
        }
        while (!string.IsNullOrEmpty(next));
    }

    private async Task<Page<T>?> PageAsync<T>(AsyncPageable<T> listing, string? continuation, CancellationToken cancellationToken)
        where T : notnull
    {
        var pages = listing.AsPages(continuation, _options.PageSize).GetAsyncEnumerator(cancellationToken);
        await using (pages.ConfigureAwait(false)) return await pages.MoveNextAsync().ConfigureAwait(false) ? pages.Current : null;
    }

    // The container may hold what others put there under names that no call could give.
    private bool IsOurs(string full) =>
        BlobName.TryCanonicalise(full[_prefix.Length..], out var canonical, out _) && canonical.Length == full.Length - _prefix.Length;

    private void RequireWritable()
    {
        if (!_writable) throw new BlobStoreUnavailableException(Location, $"The container folder '{Location}' was opened for reading only.");
    }
}

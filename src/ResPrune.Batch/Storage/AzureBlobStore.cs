using System.Runtime.CompilerServices;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace ResPrune.Batch.Storage;

/// <summary>
/// A container of Azure Blob Storage, or a folder of it, as a blob store. Create-only is <c>If-None-Match: *</c>, compare-and-set <c>If-Match</c>; leases
/// are not used. Retries are the SDK's; a write that was carried out although its reply was lost counts as written (<see cref="AzureWrite"/>).
/// Names are listed as the service orders them: ordinally, in an account without hierarchical namespace.
/// </summary>
public sealed class AzureBlobStore : IBlobStore
{
    private const string Probe = BlobName.ReservedSegment + "/writable";
    private readonly BlobContainerClient _container;
    private readonly string _prefix;
    private readonly AzureBlobStoreOptions _options;
    private readonly AzureFaults _faults;
    private readonly bool _writable;

    internal AzureBlobStore(BlobContainerClient container, Uri service, string folder, AzureBlobStoreOptions options, bool writable)
    {
        _container = container;
        _prefix = folder.Length == 0 ? "" : folder + "/";
        _options = options;
        _faults = new AzureFaults(service, container.Name);
        _writable = writable;
        Location = $"{service.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{container.Name}{(folder.Length == 0 ? "" : "/" + folder)}";
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <inheritdoc/>
    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken)
    {
        var (blob, canonical) = Find(name);
        return _faults.RunAsync(
            async () =>
            {
                var found = await OrNullAsync(() => blob.GetPropertiesAsync(cancellationToken: cancellationToken)).ConfigureAwait(false);
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
        var range = offset == 0 && length is null ? default : new HttpRange(offset, length);
        try
        {
            var found = await OrNullAsync(
                () => blob.DownloadStreamingAsync(new BlobDownloadOptions { Range = range }, cancellationToken)).ConfigureAwait(false);
            return found is null ? null : new AzureReadStream(found.Value.Content, _faults);
        }
        catch (RequestFailedException past) when (past.ErrorCode == BlobErrorCode.InvalidRange)
        {
            return Stream.Null;
        }
        catch (Exception exception) when (AzureFaults.IsStorage(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw _faults.Translate(exception);
        }
    }

    /// <inheritdoc/>
    public Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        var (blob, canonical) = Find(name);
        return _faults.RunAsync(
            async () =>
            {
                var found = await OrNullAsync(() => blob.DownloadStreamingAsync(cancellationToken: cancellationToken)).ConfigureAwait(false);
                if (found is null) return null;
                using var download = found.Value;
                var length = download.Details.ContentLength;
                if (length > maxBytes) throw new BlobTooLargeException(canonical, length, maxBytes);
                var content = new byte[length];
                await download.Content.ReadExactlyAsync(content, cancellationToken).ConfigureAwait(false);
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
        var listing = _container.GetBlobsAsync(new GetBlobsOptions { Prefix = _prefix + prefix }, cancellationToken);
        await foreach (var item in Items(listing, cancellationToken).ConfigureAwait(false))
        {
            if (IsOurs(item.Name)) yield return item.Name[_prefix.Length..];
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobName.CheckFolderPrefix(prefix);
        var start = _prefix + prefix;
        var listing = _container.GetBlobsByHierarchyAsync(new GetBlobsByHierarchyOptions { Delimiter = "/", Prefix = start }, cancellationToken);
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var item in Items(listing, cancellationToken).ConfigureAwait(false))
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
            async () => await OrNullAsync(() => blob.DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, null, cancellationToken))
                .ConfigureAwait(false) is not null,
            cancellationToken);
    }

    /// <summary>Tries whether the container is there and may be used.</summary>
    internal async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var blob = _container.GetBlockBlobClient(_prefix + Probe);
        if (_writable) await PutAsync(blob, default, BlobWriteCondition.Always, cancellationToken).ConfigureAwait(false);
        else await _faults.RunAsync(() => OrNullAsync(() => blob.GetPropertiesAsync(cancellationToken: cancellationToken)), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<Response<T>?> OrNullAsync<T>(Func<Task<Response<T>>> request)
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

    private static async Task<Response?> OrNullAsync(Func<Task<Response>> request)
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
        BlockBlobClient blob, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken) => _faults.RunAsync(
        () => AzureWrite.RunAsync(blob, condition, write => AzureUpload.PutAsync(blob, content, write, cancellationToken), cancellationToken),
        cancellationToken);

    // A page at a time; the faults of the way come translated.
    private async IAsyncEnumerable<T> Items<T>(AsyncPageable<T> listing, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : notnull
    {
        var pages = listing.AsPages(pageSizeHint: _options.PageSize).GetAsyncEnumerator(cancellationToken);
        await using (pages.ConfigureAwait(false))
        {
            while (await _faults.RunAsync(() => pages.MoveNextAsync().AsTask(), cancellationToken).ConfigureAwait(false))
            {
                foreach (var item in pages.Current.Values) yield return item;
            }
        }
    }

    // The container may hold what others put there under names that no call could give.
    private bool IsOurs(string full) =>
        BlobName.TryCanonicalise(full[_prefix.Length..], out var canonical, out _) && canonical.Length == full.Length - _prefix.Length;

    private void RequireWritable()
    {
        if (!_writable) throw new BlobStoreUnavailableException(Location, $"The container folder '{Location}' was opened for reading only.");
    }
}

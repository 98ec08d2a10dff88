namespace ResPrune.Batch.Storage;

/// <summary>
/// A blob being written to a folder store. The bytes go to a file of their own; completing syncs that file and then gives it the blob's name in
/// one step, so that a kill at any moment leaves the old version or the new one.
/// </summary>
internal sealed class LocalFolderUpload : BlobUpload
{
    private readonly LocalFolder _folder;
    private readonly TimeProvider _time;
    private readonly string _name;
    private readonly string _temporary;
    private readonly FileStream _content;
    private bool _completed;

    public LocalFolderUpload(LocalFolder folder, TimeProvider time, string canonical)
    {
        _folder = folder;
        _time = time;
        _name = canonical;
        _temporary = $"{folder.Temporary}/{Guid.NewGuid():N}";
        _content = new FileStream(_temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 1 << 16);
    }

    /// <inheritdoc/>
    public override Stream Content => _content;

    /// <inheritdoc/>
    public override async Task<BlobWriteResult> CompleteAsync(BlobWriteCondition condition, CancellationToken cancellationToken)
    {
        if (_completed) throw new InvalidOperationException($"The upload of '{_name}' was completed before.");
        _completed = true;
        await _content.FlushAsync(cancellationToken).ConfigureAwait(false);
        _content.Flush(flushToDisk: true);
        var parent = _folder.MakeFolderFor(_name);
        var target = $"{parent}/{Path.GetFileName(_name)}";
        if (Directory.Exists(target))
            throw new BlobRefusedException($"'{_name}' cannot be written to '{_folder.Root}': there is a folder of that name.");
        var result = condition.IsCreateOnly
            ? await CreateAsync(target, cancellationToken).ConfigureAwait(false)
            : await ReplaceAsync(target, condition.ETag, cancellationToken).ConfigureAwait(false);
        if (result.IsWritten) Posix.SyncFolder(parent);
        return result;
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            await _content.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            // Also when closing fails because the disk is full: what is left of it would keep it full.
            File.Delete(_temporary);
        }
    }

    // link() fails when the name exists: the kernel picks the one winner, no lock needed.
    private async Task<BlobWriteResult> CreateAsync(string target, CancellationToken cancellationToken)
    {
        var eTag = Stamp(previous: DateTime.MinValue);
        var error = Posix.TryLink(_temporary, target);
        return error switch
        {
            0 => BlobWriteResult.Written(eTag),
            ErrorNumber.Exists => BlobWriteResult.ConditionNotMet,
            _ when ErrorNumber.MeansNoHardLinks(error) =>
                await CreateUnderLockAsync(target, eTag, cancellationToken).ConfigureAwait(false),
            _ => throw Posix.Error("link", target, error),
        };
    }

    // For file systems without hard links, where every writer comes this way.
    private async Task<BlobWriteResult> CreateUnderLockAsync(string target, string eTag, CancellationToken cancellationToken)
    {
        using var held = await LocalFolderLock.AcquireAsync(_folder, _name, cancellationToken).ConfigureAwait(false);
        if (File.Exists(target)) return BlobWriteResult.ConditionNotMet;
        Posix.Replace(_temporary, target);
        return BlobWriteResult.Written(eTag);
    }

    private async Task<BlobWriteResult> ReplaceAsync(string target, string? expected, CancellationToken cancellationToken)
    {
        using var held = await LocalFolderLock.AcquireAsync(_folder, _name, cancellationToken).ConfigureAwait(false);
        var previous = DateTime.MinValue;
        string? current = null;
        if (File.Exists(target))
        {
            using var handle = Posix.OpenRead(target);
            previous = File.GetLastWriteTimeUtc(handle);
            current = LocalFolderETag.Of(handle);
        }

        if (expected is not null && expected != current) return BlobWriteResult.ConditionNotMet;
        var eTag = Stamp(previous);
        Posix.Replace(_temporary, target);
        return BlobWriteResult.Written(eTag);
    }

    private string Stamp(DateTime previous)
    {
        var eTag = LocalFolderETag.Stamp(_content.SafeFileHandle, _time.GetUtcNow().UtcDateTime, previous);
        // The time is part of the version and must survive a power cut with the bytes.
        _content.Flush(flushToDisk: true);
        return eTag;
    }
}

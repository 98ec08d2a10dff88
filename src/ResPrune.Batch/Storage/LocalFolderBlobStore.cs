using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace ResPrune.Batch.Storage;

/// <summary>
/// A folder as a blob store: a blob is a file, its name the path below the root. Safe between processes on one machine, against being killed at
/// any moment, and against symbolic links that lead out. Folders behind symbolic links are not listed.
/// </summary>
public sealed class LocalFolderBlobStore : IBlobStore
{
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);
    private readonly LocalFolder _folder;
    private readonly TimeProvider _time;
    private readonly bool _writable;
    private readonly StoreRetryOptions _options;
    private readonly StoreRetry _retry;

    private LocalFolderBlobStore(LocalFolder folder, TimeProvider time, bool writable, StoreRetryOptions options)
    {
        _folder = folder;
        _time = time;
        _writable = writable;
        _options = options;
        _retry = new StoreRetry(options, time, LocalFolderFaults.MayPass);
    }

    /// <inheritdoc/>
    public string Location => _folder.Root;

    /// <inheritdoc/>
    public IBlobStore WithoutRetries => new LocalFolderBlobStore(_folder, _time, _writable, _options with { Retries = 0 });

    /// <summary>Opens a folder for reading only; nothing is ever written to it, no lock and no temporary file either.</summary>
    /// <exception cref="BlobStoreUnavailableException">There is no such folder.</exception>
    public static LocalFolderBlobStore OpenReadOnly(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder)) throw new BlobStoreUnavailableException(folder, $"There is no folder '{folder}'.");
        return new LocalFolderBlobStore(new LocalFolder(folder), TimeProvider.System, writable: false, new StoreRetryOptions());
    }

    /// <summary>
    /// Opens a folder for reading and writing, making it where it is missing, and tries whether it can be written and whether its file system
    /// creates, locks and replaces files as the store needs it.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="time">Clock of the ETags and of waits; null (default) is the system's.</param>
    /// <param name="retry">How often what a full disk or a broken one refuses is tried; null (default) is the default.</param>
    /// <exception cref="BlobStoreUnavailableException">It cannot be made or written, or its file system cannot hold a store; the message names it and the reason.</exception>
    public static LocalFolderBlobStore OpenOrCreate(string folder, TimeProvider? time = null, StoreRetryOptions? retry = null) =>
        OpenOrCreate(folder, time, retry, new ProbedCalls());

    /// <inheritdoc cref="OpenOrCreate(string, TimeProvider?, StoreRetryOptions?)"/>
    internal static LocalFolderBlobStore OpenOrCreate(string folder, TimeProvider? time, StoreRetryOptions? retry, ProbedCalls calls)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        try
        {
            LocalFolder.MakeFolder(Path.GetFullPath(folder));
            var paths = new LocalFolder(folder);
            LocalFolder.MakeFolder(paths.Temporary);
            var store = new LocalFolderBlobStore(paths, time ?? TimeProvider.System, writable: true, retry ?? new StoreRetryOptions());
            store.RemoveLeftovers();
            File.WriteAllBytes($"{paths.Reserved}/writable", []);
            new LocalFolderProbe(paths, calls).Run();
            return store;
        }
        catch (Exception exception) when (exception is IOException and not BlobStoreUnavailableException or UnauthorizedAccessException)
        {
            throw new BlobStoreUnavailableException(
                folder,
                $"The folder '{folder}' cannot be written: {exception.Message.TrimEnd('.')}. Choose another folder or change its permissions.",
                exception);
        }
    }

    /// <inheritdoc/>
    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken)
    {
        var canonical = BlobName.Canonicalise(name);
        return _retry.RunAsync(
            _ =>
            {
                using var handle = Open(canonical);
                return Task.FromResult(
                    handle is null ? null : new BlobProperties(canonical, LocalFolderETag.Of(handle), RandomAccess.GetLength(handle)));
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string name, long offset, long? length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var canonical = BlobName.Canonicalise(name);
        return _retry.RunAsync(
            _ =>
            {
                var handle = Open(canonical);
                if (handle is null) return Task.FromResult<Stream?>(null);
                var file = new FileStream(handle, FileAccess.Read, bufferSize: 1 << 16) { Position = offset };
                return Task.FromResult<Stream?>(new BlobRangeStream(file, length ?? long.MaxValue));
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        var canonical = BlobName.Canonicalise(name);
        return _retry.RunAsync(token => TryReadAsync(canonical, maxBytes, token), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<BlobWriteResult> WriteAsync(
        string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken)
    {
        RequireWritable();
        var canonical = BlobName.Canonicalise(name);
        return _retry.RunAsync(
            async token =>
            {
                var upload = new LocalFolderUpload(_folder, _time, canonical);
                await using (upload.ConfigureAwait(false))
                {
                    await upload.Content.WriteAsync(content, token).ConfigureAwait(false);
                    return await upload.CompleteAsync(condition, token).ConfigureAwait(false);
                }
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<BlobUpload> BeginUploadAsync(string name, CancellationToken cancellationToken)
    {
        RequireWritable();
        var canonical = BlobName.Canonicalise(name);
        return _retry.RunAsync(_ => Task.FromResult<BlobUpload>(new LocalFolderUpload(_folder, _time, canonical)), cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobName.CheckPrefix(prefix);
        var slash = prefix.LastIndexOf('/');
        var start = slash < 0 ? _folder.Root : _folder.PathOf(prefix[..slash]);
        if (!Directory.Exists(start)) yield break;
        // Held without the folder that they share; there may be hundreds of thousands.
        var (folder, rest) = (prefix[..(slash + 1)], prefix[(slash + 1)..]);
        var names = await _retry.RunAsync(token => Task.FromResult(NamesIn(start, folder, rest, token)), cancellationToken).ConfigureAwait(false);
        foreach (var name in names) yield return folder + name;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobName.CheckFolderPrefix(prefix);
        var start = prefix.Length == 0 ? _folder.Root : _folder.PathOf(prefix[..^1]);
        if (!Directory.Exists(start)) yield break;
        var folders = await _retry.RunAsync(token => Task.FromResult(FoldersIn(start, token)), cancellationToken).ConfigureAwait(false);
        foreach (var folder in folders) yield return folder;
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        RequireWritable();
        var canonical = BlobName.Canonicalise(name);
        return _retry.RunAsync(
            async token =>
            {
                using var held = await LocalFolderLock.AcquireAsync(_folder, canonical, token).ConfigureAwait(false);
                if (_folder.FindFile(canonical) is null) return false;
                var parent = _folder.MakeFolderFor(canonical);
                File.Delete($"{parent}/{Path.GetFileName(canonical)}");
                Posix.SyncFolder(parent);
                return true;
            },
            cancellationToken);
    }

    private List<string> NamesIn(string start, string folder, string rest, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (var path in Files(start))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = _folder.NameOf(path).AsSpan(folder.Length);
            if (name.StartsWith(rest, StringComparison.Ordinal)) names.Add(name.ToString());
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    private List<string> FoldersIn(string start, CancellationToken cancellationToken)
    {
        var folders = new List<string>();
        foreach (var folder in new DirectoryInfo(start).EnumerateDirectories())
        {
            cancellationToken.ThrowIfCancellationRequested();
            // Folders outlive the blobs in them; one without any is no folder of the store.
            var counts = (folder.Attributes & FileAttributes.ReparsePoint) == 0 && folder.FullName != _folder.Reserved;
            if (counts && Files(folder.FullName).Any()) folders.Add(folder.Name);
        }

        folders.Sort(StringComparer.Ordinal);
        return folders;
    }

    private async Task<BlobContent?> TryReadAsync(string canonical, int maxBytes, CancellationToken cancellationToken)
    {
        using var handle = Open(canonical);
        if (handle is null) return null;
        var length = RandomAccess.GetLength(handle);
        if (length > maxBytes) throw new BlobTooLargeException(canonical, length, maxBytes);
        var content = new byte[length];
        for (var read = 0; read < content.Length;)
        {
            var more = await RandomAccess.ReadAsync(handle, content.AsMemory(read), read, cancellationToken).ConfigureAwait(false);
            if (more == 0) throw new IOException($"'{canonical}' in '{Location}' became shorter while it was read.");
            read += more;
        }

        return new BlobContent(content, LocalFolderETag.Of(handle));
    }

    private FileSystemEnumerable<string> Files(string start) => new(
        start,
        static (ref entry) => entry.ToFullPath(),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = static (ref entry) => !entry.IsDirectory,
        ShouldRecursePredicate = (ref entry) =>
            (entry.Attributes & FileAttributes.ReparsePoint) == 0 && entry.ToFullPath() != _folder.Reserved,
    };

    private SafeFileHandle? Open(string canonical)
    {
        var path = _folder.FindFile(canonical);
        if (path is null) return null;
        try
        {
            var handle = Posix.OpenRead(path);
            if (IsSeekable(handle)) return handle;
            handle.Dispose();
            return null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    // A pipe or a socket has no length and no place among blobs.
    private static bool IsSeekable(SafeFileHandle handle)
    {
        try
        {
            return RandomAccess.GetLength(handle) >= 0;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }

    private void RequireWritable()
    {
        if (!_writable) throw new BlobStoreUnavailableException(Location, $"The folder '{Location}' was opened for reading only.");
    }

    // What killed processes left half-written. Nothing in use is a day old: every write renews the time.
    private void RemoveLeftovers()
    {
        var now = _time.GetUtcNow().UtcDateTime;
        foreach (var file in Directory.EnumerateFiles(_folder.Temporary))
        {
            var isProbe = Path.GetFileName(file.AsSpan()).StartsWith(LocalFolderProbe.FilePrefix, StringComparison.Ordinal);
            if (File.GetLastWriteTimeUtc(file) < now - (isProbe ? LocalFolderProbe.LeftoverAge : LeftoverAge)) File.Delete(file);
        }
    }
}

using System.Globalization;
using System.Runtime.CompilerServices;

namespace ResPrune.Batch.Storage;

/// <summary>A store in memory, for tests: keeps every promise of <see cref="IBlobStore"/> except outliving the process.</summary>
public sealed class InMemoryBlobStore : IBlobStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, BlobContent> _blobs = new(StringComparer.Ordinal);
    private long _version;

    /// <inheritdoc/>
    public string Location => "memory";

    /// <inheritdoc/>
    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = Find(name, out var canonical);
        return Task.FromResult(found is null ? null : new BlobProperties(canonical, found.ETag, found.Bytes.Length));
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string name, long offset, long? length, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        cancellationToken.ThrowIfCancellationRequested();
        var found = Find(name, out _);
        if (found is null) return Task.FromResult<Stream?>(null);
        var start = (int)Math.Min(offset, found.Bytes.Length);
        var count = (int)Math.Min(length ?? long.MaxValue, found.Bytes.Length - start);
        return Task.FromResult<Stream?>(new MemoryStream(found.Bytes.Slice(start, count).ToArray(), writable: false));
    }

    /// <inheritdoc/>
    public Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = Find(name, out var canonical);
        if (found is not null && found.Bytes.Length > maxBytes) throw new BlobTooLargeException(canonical, found.Bytes.Length, maxBytes);
        return Task.FromResult(found);
    }

    /// <inheritdoc/>
    public Task<BlobWriteResult> WriteAsync(
        string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Put(BlobName.Canonicalise(name), content.ToArray(), condition));
    }

    /// <inheritdoc/>
    public Task<BlobUpload> BeginUploadAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<BlobUpload>(new InMemoryUpload(this, BlobName.Canonicalise(name)));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobName.CheckPrefix(prefix);
        string[] names;
        lock (_gate) names = [.. _blobs.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
        foreach (var name in names)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }

        await Task.CompletedTask.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        BlobName.CheckFolderPrefix(prefix);
        var folders = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var name in ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            var end = name.IndexOf('/', prefix.Length);
            if (end > 0) folders.Add(name[prefix.Length..end]);
        }

        foreach (var folder in folders) yield return folder;
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var canonical = BlobName.Canonicalise(name);
        lock (_gate) return Task.FromResult(_blobs.Remove(canonical));
    }

    private BlobContent? Find(string name, out string canonical)
    {
        canonical = BlobName.Canonicalise(name);
        lock (_gate) return _blobs.GetValueOrDefault(canonical);
    }

    private BlobWriteResult Put(string name, byte[] content, BlobWriteCondition condition)
    {
        lock (_gate)
        {
            var current = _blobs.GetValueOrDefault(name)?.ETag;
            if (condition.IsCreateOnly && current is not null) return BlobWriteResult.ConditionNotMet;
            if (condition.ETag is not null && condition.ETag != current) return BlobWriteResult.ConditionNotMet;
            var eTag = (++_version).ToString(CultureInfo.InvariantCulture);
            _blobs[name] = new BlobContent(content, eTag);
            return BlobWriteResult.Written(eTag);
        }
    }

    private sealed class InMemoryUpload(InMemoryBlobStore store, string name) : BlobUpload
    {
        private readonly MemoryStream _content = new();
        private bool _completed;

        public override Stream Content => _content;

        public override Task<BlobWriteResult> CompleteAsync(BlobWriteCondition condition, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_completed) throw new InvalidOperationException($"The upload of '{name}' was completed before.");
            _completed = true;
            return Task.FromResult(store.Put(name, _content.ToArray(), condition));
        }

        public override ValueTask DisposeAsync() => _content.DisposeAsync();
    }
}

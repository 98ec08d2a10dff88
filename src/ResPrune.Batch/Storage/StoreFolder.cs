using System.Runtime.CompilerServices;

namespace ResPrune.Batch.Storage;

/// <summary>A folder of a store as a store of its own; names cannot lead out of it.</summary>
public sealed class StoreFolder : IBlobStore
{
    private readonly IBlobStore _store;
    private readonly string _prefix;

    /// <summary>Creates the view.</summary>
    /// <param name="store">The store.</param>
    /// <param name="folder">Name of the folder.</param>
    /// <exception cref="BlobNameException">It is no name.</exception>
    public StoreFolder(IBlobStore store, string folder)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
        _prefix = BlobName.Canonicalise(folder) + "/";
    }

    /// <inheritdoc/>
    public string Location => $"{_store.Location}/{_prefix[..^1]}";

    /// <inheritdoc/>
    public IBlobStore WithoutRetries => new StoreFolder(_store.WithoutRetries, _prefix[..^1]);

    /// <inheritdoc/>
    public async Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken)
    {
        if (!MayExist(name, out var inside)) return null;
        var found = await _store.GetPropertiesAsync(inside, cancellationToken).ConfigureAwait(false);
        return found is null ? null : found with { Name = found.Name[_prefix.Length..] };
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(string name, long offset, long? length, CancellationToken cancellationToken) =>
        MayExist(name, out var inside) ? _store.OpenReadAsync(inside, offset, length, cancellationToken) : Task.FromResult<Stream?>(null);

    /// <inheritdoc/>
    public Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken) =>
        MayExist(name, out var inside) ? _store.ReadAsync(inside, maxBytes, cancellationToken) : Task.FromResult<BlobContent?>(null);

    /// <inheritdoc/>
    public Task<BlobWriteResult> WriteAsync(
        string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken) =>
        _store.WriteAsync(Inside(name), content, condition, cancellationToken);

    /// <inheritdoc/>
    public Task<BlobUpload> BeginUploadAsync(string name, CancellationToken cancellationToken) =>
        _store.BeginUploadAsync(Inside(name), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var name in _store.ListAsync(_prefix + prefix, cancellationToken).ConfigureAwait(false))
            yield return name[_prefix.Length..];
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) =>
        _store.ListFoldersAsync(_prefix + prefix, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => _store.DeleteAsync(Inside(name), cancellationToken);

    // A name that is only too long behind the prefix is a name of nothing, not a fault.
    private bool MayExist(string name, out string inside)
    {
        inside = Inside(name);
        return inside.Length <= BlobName.MaxLength;
    }

    // Canonical first: 'a/../..' must not become something else behind the prefix.
    private string Inside(string name) => _prefix + BlobName.Canonicalise(name);
}

using System.Security.Cryptography;

namespace ResPrune.Batch.Storage;

/// <summary>An upload that knows the length and SHA-256 of what went through it.</summary>
internal sealed class HashedUpload : IAsyncDisposable
{
    private readonly BlobUpload _upload;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private HashedUpload(BlobUpload upload) => _upload = upload;

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <summary>Lower-case hex SHA-256 of the bytes so far.</summary>
    public string Sha256 => Convert.ToHexStringLower(_hash.GetCurrentHash());

    public static async Task<HashedUpload> BeginAsync(IBlobStore store, string name, CancellationToken cancellationToken) =>
        new(await store.BeginUploadAsync(name, cancellationToken).ConfigureAwait(false));

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _upload.Content.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        _hash.AppendData(bytes.Span);
        Length += bytes.Length;
    }

    public Task<BlobWriteResult> CompleteAsync(BlobWriteCondition condition, CancellationToken cancellationToken) =>
        _upload.CompleteAsync(condition, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _hash.Dispose();
        await _upload.DisposeAsync().ConfigureAwait(false);
    }
}

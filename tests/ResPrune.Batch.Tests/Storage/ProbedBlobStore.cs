using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

/// <summary>Calls a probe at every operation of a store and at every piece that is read from its streams.</summary>
internal sealed class ProbedBlobStore(IBlobStore inner, Action probe) : IBlobStore
{
    public string Location => inner.Location;

    public Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken) =>
        Probed().GetPropertiesAsync(name, cancellationToken);

    public async Task<Stream?> OpenReadAsync(string name, long offset, long? length, CancellationToken cancellationToken)
    {
        var stream = await Probed().OpenReadAsync(name, offset, length, cancellationToken).ConfigureAwait(false);
        return stream is null ? null : new ProbedStream(stream, probe);
    }

    public Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken) =>
        Probed().ReadAsync(name, maxBytes, cancellationToken);

    public Task<BlobWriteResult> WriteAsync(string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken) =>
        Probed().WriteAsync(name, content, condition, cancellationToken);

    public Task<BlobUpload> BeginUploadAsync(string name, CancellationToken cancellationToken) => Probed().BeginUploadAsync(name, cancellationToken);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => Probed().ListAsync(prefix, cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) =>
        Probed().ListFoldersAsync(prefix, cancellationToken);

    public Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) => Probed().DeleteAsync(name, cancellationToken);

    private IBlobStore Probed()
    {
        probe();
        return inner;
    }

    private sealed class ProbedStream(Stream stream, Action probe) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            probe();
            return stream.ReadAsync(buffer, cancellationToken);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask DisposeAsync()
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }
}

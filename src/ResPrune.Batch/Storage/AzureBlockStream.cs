using System.Buffers.Binary;
using Azure.Storage.Blobs.Specialized;

namespace ResPrune.Batch.Storage;

/// <summary>
/// Cuts what is written into blocks and sends each one as soon as it is full, a few at a time; holds no more memory than those. A block that
/// cannot be sent fails the next write, or the completion.
/// </summary>
internal sealed class AzureBlockStream(BlockBlobClient blob, AzureBlobStoreOptions options, AzureFaults faults) : Stream
{
    private const int FirstBytes = 1 << 16;
    private readonly Guid _upload = Guid.NewGuid();
    private readonly List<string> _blocks = [];
    private readonly Queue<Task<byte[]>> _sending = [];
    private readonly CancellationTokenSource _abandoned = new();
    private byte[] _buffer = [];
    private int _filled;

    /// <summary>What no block was made of yet.</summary>
    public ReadOnlyMemory<byte> Buffered => _buffer.AsMemory(0, _filled);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            // A full buffer is only sent when more comes: what fits into one block needs no block.
            if (_filled == options.BlockBytes) await SendAsync(cancellationToken).ConfigureAwait(false);
            var count = Math.Min(buffer.Length, options.BlockBytes - _filled);
            MakeRoom(_filled + count);
            buffer[..count].CopyTo(_buffer.AsMemory(_filled));
            _filled += count;
            buffer = buffer[count..];
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Uploads to a container are written asynchronously.");

    /// <summary>Waits for all blocks; their ids in order, or null when everything is still in <see cref="Buffered"/>.</summary>
    public async Task<IReadOnlyList<string>?> FinishAsync(CancellationToken cancellationToken)
    {
        if (_blocks.Count == 0) return null;
        if (_filled > 0) await SendAsync(cancellationToken).ConfigureAwait(false);
        while (_sending.Count > 0) await _sending.Dequeue().WaitAsync(cancellationToken).ConfigureAwait(false);
        return _blocks;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await _abandoned.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_sending.Select(Task (sending) => sending)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _sending.Clear();
        _abandoned.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private void MakeRoom(int bytes)
    {
        if (bytes <= _buffer.Length) return;
        Array.Resize(ref _buffer, Math.Min(options.BlockBytes, Math.Max(bytes, Math.Max(FirstBytes, _buffer.Length * 2))));
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var free = _sending.Count < options.ParallelBlocks
            ? []
            : await _sending.Dequeue().WaitAsync(cancellationToken).ConfigureAwait(false);
        var id = BlockId(_blocks.Count);
        _blocks.Add(id);
        _sending.Enqueue(StageAsync(id, _buffer, _filled));
        _buffer = free;
        _filled = 0;
    }

    private async Task<byte[]> StageAsync(string id, byte[] block, int count)
    {
        await faults.RunAsync(
            async token =>
            {
                using var content = new MemoryStream(block, 0, count, writable: false);
                await blob.StageBlockAsync(id, content, cancellationToken: token).ConfigureAwait(false);
                return true;
            },
            _abandoned.Token).ConfigureAwait(false);
        return block;
    }

    // Of one length in every upload, as the service wants it, and never another upload's.
    private string BlockId(int ordinal)
    {
        var id = new byte[20];
        _upload.TryWriteBytes(id);
        BinaryPrimitives.WriteInt32BigEndian(id.AsSpan(16), ordinal);
        return Convert.ToBase64String(id);
    }
}

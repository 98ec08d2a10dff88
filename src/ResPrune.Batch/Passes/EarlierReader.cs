using System.Text.Json;
using ResPrune.Batch.Json;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Passes;

/// <summary>Reads stored results: one after another, or at a place, which is as cheap while the places go forward.</summary>
internal sealed class EarlierReader(IBlobStore store, string blob) : IAsyncDisposable
{
    // Further ahead than this, opening again costs less than reading what lies between.
    private const int MostSkipped = 1 << 20;

    private readonly byte[] _head = new byte[EarlierRow.Bytes];
    private byte[] _body = [];
    private Stream? _stream;

    /// <summary>Where the next result stands.</summary>
    public long Position { get; private set; }

    /// <summary>The next result; null at the end. The bytes are valid until the next read.</summary>
    public async ValueTask<(EarlierRow Row, ReadOnlyMemory<byte> Result)?> ReadAsync(CancellationToken cancellationToken)
    {
        _stream ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
        var read = await _stream.ReadAtLeastAsync(_head, _head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read == 0) return null;
        if (read < _head.Length) throw new EndOfStreamException($"'{blob}' in '{store.Location}' is cut off.");
        var row = EarlierRow.ReadFrom(_head);
        if (_body.Length < row.Length) _body = new byte[Math.Max(row.Length, 2 * _body.Length)];
        await _stream.ReadExactlyAsync(_body.AsMemory(0, row.Length), cancellationToken).ConfigureAwait(false);
        Position += EarlierRow.Bytes + row.Length;
        return (row, _body.AsMemory(0, row.Length));
    }

    /// <summary>The result at a place.</summary>
    public async ValueTask<(EarlierRow Row, ReadOnlyMemory<byte> Result)> ReadAtAsync(long offset, CancellationToken cancellationToken)
    {
        if (offset < Position || offset - Position > MostSkipped)
        {
            await DisposeAsync().ConfigureAwait(false);
            Position = offset;
        }

        while (await ReadAsync(cancellationToken).ConfigureAwait(false) is { } found)
            if (Position - EarlierRow.Bytes - found.Row.Length == offset) return found;
        throw new EndOfStreamException($"'{blob}' in '{store.Location}' has no result at {offset}.");
    }

    /// <summary>The result in its bytes.</summary>
    public static ResultRow Parse(ReadOnlyMemory<byte> result) =>
        JsonSerializer.Deserialize(result.Span, BatchJsonContext.Stored.ResultRow) ?? throw new JsonException("A stored result is null.");

    public async ValueTask DisposeAsync()
    {
        if (_stream is not null) await _stream.DisposeAsync().ConfigureAwait(false);
        _stream = null;
    }

    private async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var stream = await store.OpenReadAsync(blob, Position, null, cancellationToken).ConfigureAwait(false)
            ?? throw new IOException($"'{blob}' is gone from '{store.Location}'.");
        return new BufferedStream(stream, 1 << 16);
    }
}

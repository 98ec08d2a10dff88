namespace ResPrune.Batch.Manifests;

/// <summary>
/// Splits a stream into lines with their places, in memory bounded by the longest line allowed. Lines end with LF or CRLF; the last one may
/// have no end.
/// </summary>
/// <param name="stream">Where to read; the caller owns it.</param>
/// <param name="maxLineBytes">Most bytes of a line, its end not counted.</param>
/// <param name="firstNumber">Number of the first line.</param>
/// <param name="firstOffset">Place of the stream's first byte in the file; a byte order mark is only looked for at 0.</param>
internal sealed class RawLineReader(Stream stream, int maxLineBytes, long firstNumber = 1, long firstOffset = 0)
{
    private const int ChunkBytes = 1 << 16;
    private byte[] _buffer = new byte[ChunkBytes];
    private int _start;
    private int _end;
    private long _number = firstNumber;
    private long _offset = firstOffset;
    private bool _ended;

    /// <summary>The next line; null at the end.</summary>
    public async ValueTask<RawLine?> ReadAsync(CancellationToken cancellationToken)
    {
        var scanned = 0;
        var skipped = 0L;
        IdScanner? ids = null;
        while (true)
        {
            var feed = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (feed >= 0) return Take(scanned + feed + 1, skipped, ids);
            scanned = _end - _start;
            if (_ended) return scanned + skipped == 0 ? null : Take(scanned, skipped, ids);
            if (scanned > maxLineBytes + 1)
            {
                (ids ??= new IdScanner()).Add(_buffer.AsSpan(_start, scanned));
                skipped += scanned;
                _start = _end = scanned = 0;
            }

            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private RawLine Take(int count, long skipped, IdScanner? ids)
    {
        var content = _buffer.AsMemory(_start, count);
        _start += count;
        if (content.Span.EndsWith("\n"u8)) content = content[..^1];
        if (content.Span.EndsWith("\r"u8)) content = content[..^1];
        if (_offset == 0 && skipped == 0 && content.Span.StartsWith("\uFEFF"u8)) content = content[3..];
        var oversized = skipped + content.Length > maxLineBytes;
        if (oversized) (ids ??= new IdScanner()).Add(content.Span);
        var line = new RawLine(
            _number, _offset, skipped + count, oversized ? ReadOnlyMemory<byte>.Empty : content, oversized, oversized ? ids : null);
        _number++;
        _offset += line.Length;
        return line;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }

        // Not far beyond what a line may have: the longest of 32 MiB must not take 64.
        if (_end == _buffer.Length) Array.Resize(ref _buffer, Math.Max(_end + ChunkBytes, (int)Math.Min(2L * _end, maxLineBytes + (2L * ChunkBytes))));
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
        _ended = read == 0;
        _end += read;
    }
}

using System.Buffers;

namespace ResPrune.FleetSimulator.Storage;

/// <summary>A stream that keeps nothing: it counts its bytes and shows its lines to somebody.</summary>
/// <param name="note">Called with each line; null to look at none.</param>
internal sealed class LineSink(LineSink.NoteLine? note) : Stream
{
    private readonly ArrayBufferWriter<byte> _line = new();
    private long _length;

    /// <summary>Looks at a line, without its end.</summary>
    public delegate void NoteLine(ReadOnlySpan<byte> line);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _length;

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _length += buffer.Length;
        if (note is null) return;
        for (int end; (end = buffer.IndexOf((byte)'\n')) >= 0; buffer = buffer[(end + 1)..])
        {
            _line.Write(buffer[..end]);
            note(_line.WrittenSpan);
            _line.ResetWrittenCount();
        }

        _line.Write(buffer);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

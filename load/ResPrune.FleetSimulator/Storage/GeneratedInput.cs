using System.Globalization;
using System.Text;

namespace ResPrune.FleetSimulator.Storage;

/// <summary>Questions that are not stored but made when they are read: lines of one length, so that every place in them is known.</summary>
internal sealed class GeneratedInput
{
    /// <summary>The one picture that all are about.</summary>
    public const string Picture = "picture.jpg";

    private const string IdPrefix = "row-";
    private const int Digits = 10;
    private static readonly byte[] Line = Encoding.UTF8.GetBytes(
        $$"""{"id":"{{IdPrefix}}{{new string('0', Digits)}}","image":"{{Picture}}","question":"What is in picture {{new string('0', Digits)}}?"}""" + "\n");

    private static readonly int[] Places = PlacesOf(new string('0', Digits));

    /// <summary>So many lines.</summary>
    public GeneratedInput(long rows) => Rows = rows;

    /// <summary>Lines.</summary>
    public long Rows { get; }

    /// <summary>Bytes.</summary>
    public long Length => Rows * Line.Length;

    /// <summary>The row that an id names.</summary>
    /// <exception cref="FormatException">It is none of this input's.</exception>
    public static long RowOf(string id) =>
        id.Length == IdPrefix.Length + Digits && id.StartsWith(IdPrefix, StringComparison.Ordinal)
        && long.TryParse(id.AsSpan(IdPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var row)
            ? row
            : throw new FormatException($"'{id}' is no id of the input.");

    /// <summary>Opens a range.</summary>
    public Stream Open(long offset, long? length) => new Lines(offset, Math.Min(Length, offset + (length ?? Length)));

    private static int[] PlacesOf(string number)
    {
        var line = Encoding.UTF8.GetString(Line);
        var first = line.IndexOf(number, StringComparison.Ordinal);
        return [first, line.IndexOf(number, first + Digits, StringComparison.Ordinal)];
    }

    private sealed class Lines(long from, long until) : Stream
    {
        private readonly byte[] _line = (byte[])Line.Clone();
        private long _row = -1;
        private long _at = from;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            var read = 0;
            while (read < buffer.Length && _at < until)
            {
                Turn(_at / Line.Length);
                var place = (int)(_at % Line.Length);
                var count = (int)Math.Min(Math.Min(Line.Length - place, buffer.Length - read), until - _at);
                _line.AsSpan(place, count).CopyTo(buffer[read..]);
                read += count;
                _at += count;
            }

            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            Task.FromResult(Read(buffer.AsSpan(offset, count)));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private void Turn(long row)
        {
            if (row == _row) return;
            _row = row;
            foreach (var place in Places)
            {
                var number = row;
                for (var digit = Digits - 1; digit >= 0; digit--, number /= 10) _line[place + digit] = (byte)('0' + (number % 10));
            }
        }
    }
}

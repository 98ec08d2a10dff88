using System.Runtime.CompilerServices;

namespace ResPrune.Batch.Manifests;

/// <summary>(1) Reads JSON lines as requests: blank lines are passed over, a line that is no request is a row with a fault.</summary>
public static class ManifestReader
{
    /// <summary>Reads every row of a stream that holds whole lines.</summary>
    /// <param name="stream">The lines; the caller owns it.</param>
    /// <param name="style">Their form.</param>
    /// <param name="maxLineBytes">Most bytes of a line; a longer one is a row with a fault.</param>
    /// <param name="firstLine">Number of the stream's first line, from 1.</param>
    /// <param name="offset">Place of the stream's first byte in the file; a byte order mark is tolerated at 0.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async IAsyncEnumerable<BatchRequestLine> ReadAsync(
        Stream stream, InputStyle style, int maxLineBytes, long firstLine, long offset, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var lines = new RawLineReader(stream, maxLineBytes, firstLine, offset);
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            if (!line.IsBlank) yield return RequestLineParser.Parse(line, style, maxLineBytes);
        }
    }
}

using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Manifests;

/// <summary>Opens the file of a <see cref="JsonLinesInput"/>: unpacked where it is compressed by gzip, and as far as the limit goes.</summary>
internal static class JsonLinesFile
{
    /// <summary>Opens the lines that belong to the input, and tells their style. The caller disposes the stream.</summary>
    /// <param name="input">The file.</param>
    /// <param name="maxLineBytes">Most bytes of a line.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="BatchInputException">There is no such file, no line in it, or it is damaged or no file of JSON lines.</exception>
    public static async Task<(InputStyle Style, Stream Lines)> OpenAsync(
        JsonLinesInput input, int maxLineBytes, CancellationToken cancellationToken)
    {
        var (style, length) = await LookAsync(input, maxLineBytes, cancellationToken).ConfigureAwait(false);
        var lines = await OpenAsync(input, cancellationToken).ConfigureAwait(false);
        return (style, length is { } end ? new BlobRangeStream(lines, end) : lines);
    }

    // Reads as far as needed for the style and, with a limit, for where to stop (null: take everything).
    private static async Task<(InputStyle Style, long? Length)> LookAsync(JsonLinesInput input, int maxLineBytes, CancellationToken cancellationToken)
    {
        await CheckHeadAsync(input, cancellationToken).ConfigureAwait(false);
        var stream = await OpenAsync(input, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var lines = new RawLineReader(stream, maxLineBytes);
            InputStyle? style = null;
            var (rows, end) = (0L, 0L);
            while ((input.Limit is null || rows < input.Limit) && await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                end = line.Offset + line.Length;
                if (line.IsBlank) continue;
                rows++;
                style ??= RequestLineParser.Detect(line);
                if (input.Limit is null) return (style.Value, null);
            }

            return (style ?? throw new BatchInputException("empty_input", $"'{input.Name}' in '{input.Store.Location}' has no lines."), end);
        }
    }

    private static async Task CheckHeadAsync(JsonLinesInput input, CancellationToken cancellationToken)
    {
        var stream = await OpenAsync(input, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var head = new byte[JsonLinesHead.Bytes];
            var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (JsonLinesHead.FaultOf(head.AsSpan(0, read)) is { } fault)
                throw new BatchInputException("not_json_lines", $"'{input.Name}' in '{input.Store.Location}' {fault}.");
        }
    }

    private static async Task<Stream> OpenAsync(JsonLinesInput input, CancellationToken cancellationToken)
    {
        var stored = await input.Store.OpenReadAsync(input.Name, 0, null, cancellationToken).ConfigureAwait(false)
            ?? throw new BatchInputException("input_not_found", $"There is no file '{input.Name}' in '{input.Store.Location}'.");
        return await GzipLines.UnpackAsync(stored, $"'{input.Name}' in '{input.Store.Location}'", cancellationToken).ConfigureAwait(false);
    }
}

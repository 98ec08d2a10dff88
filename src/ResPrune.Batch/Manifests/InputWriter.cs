using System.Buffers;
using System.Text.Json;
using ResPrune.Batch.Json;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Manifests;

/// <summary>Writes an input as the JSON lines that a batch keeps.</summary>
internal static class InputWriter
{
    /// <summary>Writes all lines; returns their style.</summary>
    /// <exception cref="BatchInputException">There is no question in it.</exception>
    public static Task<InputStyle> WriteAsync(BatchInput input, HashedUpload upload, CancellationToken cancellationToken) => input switch
    {
        FolderInput folder => WriteFolderAsync(folder, upload, cancellationToken),
        JsonLinesInput lines => CopyLinesAsync(lines, upload, cancellationToken),
        _ => throw new ArgumentException($"Unknown input {input.GetType().Name}.", nameof(input)),
    };

    private static async Task<InputStyle> WriteFolderAsync(FolderInput folder, HashedUpload upload, CancellationToken cancellationToken)
    {
        if (folder.Questions.Count == 0) throw new BatchInputException("no_questions", "A folder of images needs at least one question.");
        var buffer = new ArrayBufferWriter<byte>();
        var any = false;
        foreach (var image in folder.List(cancellationToken))
        {
            any = true;
            for (var question = 0; question < folder.Questions.Count; question++)
            {
                buffer.ResetWrittenCount();
                WriteLine(buffer, folder.IdOf(image, question), LocalImageFolder.ReferenceTo(image.Name), folder.Questions[question]);
                await upload.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
            }
        }

        return any ? InputStyle.Simple : throw NoImages(folder);
    }

    /// <summary>What is said of a folder without an image.</summary>
    internal static BatchInputException NoImages(FolderInput folder) => new(
        "no_images", $"No images found in '{folder.Images.Location}' (looked for {ImageFiles.Usual}, in folders below it too).");

    /// <summary>Appends one simple line.</summary>
    internal static void WriteLine(ArrayBufferWriter<byte> buffer, string id, string image, string question)
    {
        using (var json = new Utf8JsonWriter(buffer, JsonLineOptions.Writer))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteString("image"u8, image);
            json.WriteString("question"u8, question);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
    }

    /// <summary>Opens the lines that belong to the input, and tells their style. The caller disposes the stream.</summary>
    /// <exception cref="BatchInputException">There is no such file, or no line in it.</exception>
    public static async Task<(InputStyle Style, Stream Lines)> OpenLinesAsync(JsonLinesInput input, CancellationToken cancellationToken)
    {
        var (style, length) = await LookAsync(input, cancellationToken).ConfigureAwait(false);
        return (style, await OpenAsync(input, length, cancellationToken).ConfigureAwait(false));
    }

    private static async Task<InputStyle> CopyLinesAsync(JsonLinesInput input, HashedUpload upload, CancellationToken cancellationToken)
    {
        var (style, stream) = await OpenLinesAsync(input, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var chunk = new byte[1 << 17];
            int read;
            while ((read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
                await upload.WriteAsync(chunk.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        return style;
    }

    // Reads as far as needed for the style and, with a limit, for where to stop (null: copy everything).
    private static async Task<(InputStyle Style, long? Length)> LookAsync(JsonLinesInput input, CancellationToken cancellationToken)
    {
        await CheckHeadAsync(input, cancellationToken).ConfigureAwait(false);
        var stream = await OpenAsync(input, null, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var lines = new RawLineReader(stream);
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
        var stream = await OpenAsync(input, null, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var head = new byte[JsonLinesHead.Bytes];
            var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (JsonLinesHead.FaultOf(head.AsSpan(0, read)) is { } fault)
                throw new BatchInputException("not_json_lines", $"'{input.Name}' in '{input.Store.Location}' {fault}.");
        }
    }

    private static async Task<Stream> OpenAsync(JsonLinesInput input, long? length, CancellationToken cancellationToken) =>
        await input.Store.OpenReadAsync(input.Name, 0, length, cancellationToken).ConfigureAwait(false)
            ?? throw new BatchInputException("input_not_found", $"There is no file '{input.Name}' in '{input.Store.Location}'.");
}

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
    public static Task<InputStyle> WriteAsync(BatchInput input, int maxLineBytes, HashedUpload upload, CancellationToken stop) => input switch
    {
        FolderInput folder => WriteFolderAsync(folder, upload, stop),
        JsonLinesInput lines => CopyLinesAsync(lines, maxLineBytes, upload, stop),
        SelectedLines selected => WriteSelectedAsync(selected, upload, stop),
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

    private static async Task<InputStyle> CopyLinesAsync(
        JsonLinesInput input, int maxLineBytes, HashedUpload upload, CancellationToken cancellationToken)
    {
        var (style, stream) = await JsonLinesFile.OpenAsync(input, maxLineBytes, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var chunk = new byte[1 << 17];
            int read;
            while ((read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
                await upload.WriteAsync(chunk.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }

        return style;
    }

    private static async Task<InputStyle> WriteSelectedAsync(SelectedLines selected, HashedUpload upload, CancellationToken cancellationToken)
    {
        await foreach (var line in selected.Lines.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await upload.WriteAsync(line, cancellationToken).ConfigureAwait(false);
            await upload.WriteAsync("\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        }

        return upload.Length > 0 ? selected.Style : throw new BatchInputException("empty_input", "No line was selected.");
    }
}

using System.Buffers;
using System.Runtime.CompilerServices;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Passes;

/// <summary>Reads an input row by row, and looks at the file of each row's image without reading it.</summary>
internal sealed class InputRows
{
    // A file that cannot be looked at for a fault of its disk: the row says so when it is asked.
    private static readonly FileStamp Unknown = new(-2, 0);

    private readonly BatchInput _input;
    private readonly LocalImages _images;
    private readonly int _maxLineBytes;

    private InputRows(BatchInput input, LocalImages images, int maxLineBytes, InputStyle style)
    {
        _input = input;
        _images = images;
        _maxLineBytes = maxLineBytes;
        Style = style;
    }

    /// <summary>Form of the lines.</summary>
    public InputStyle Style { get; }

    /// <summary>Opens an input.</summary>
    /// <param name="input">A folder or a file of lines.</param>
    /// <param name="images">Where its images are.</param>
    /// <param name="maxLineBytes">Most bytes of a line.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="BatchInputException">It cannot hold a question.</exception>
    public static async Task<InputRows> OpenAsync(BatchInput input, LocalImages images, int maxLineBytes, CancellationToken cancellationToken)
    {
        if (input is not JsonLinesInput lines) return new InputRows(input, images, maxLineBytes, InputStyle.Simple);
        var (style, stream) = await JsonLinesFile.OpenAsync(lines, maxLineBytes, cancellationToken).ConfigureAwait(false);
        await stream.DisposeAsync().ConfigureAwait(false);
        return new InputRows(input, images, maxLineBytes, style);
    }

    /// <summary>The rows in their order, blank lines left out. A repeat looks again.</summary>
    public IAsyncEnumerable<InputRow> ReadAsync(CancellationToken cancellationToken) => _input switch
    {
        FolderInput folder => OfFolder(folder, cancellationToken).ToAsyncEnumerable(),
        JsonLinesInput lines => OfLinesAsync(lines, cancellationToken),
        _ => throw new InvalidOperationException($"A {_input.GetType().Name} is not looked at again."),
    };

    private IEnumerable<InputRow> OfFolder(FolderInput folder, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var number = 0L;
        foreach (var image in folder.List(cancellationToken))
        {
            for (var question = 0; question < folder.Questions.Count; question++)
            {
                buffer.ResetWrittenCount();
                InputWriter.WriteLine(buffer, folder.IdOf(image, question), LocalImageFolder.ReferenceTo(image.Name), folder.Questions[question]);
                var bytes = buffer.WrittenMemory[..^1];
                // Read as it will be read from the stored input: a file may have a name that no id can have.
                var line = RequestLineParser.Parse(new RawLine(++number, 0, bytes.Length, bytes, IsOversized: false), InputStyle.Simple, _maxLineBytes);
                yield return new InputRow(line, bytes, RowFingerprint.Of(line, image.Stamp));
            }
        }
    }

    private async IAsyncEnumerable<InputRow> OfLinesAsync(JsonLinesInput input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (_, stream) = await JsonLinesFile.OpenAsync(input, _maxLineBytes, cancellationToken).ConfigureAwait(false);
        await using var scope = stream.ConfigureAwait(false);
        var lines = new RawLineReader(stream, _maxLineBytes);
        var (last, stamp) = ("", FileStamp.None);
        while (await lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } raw)
        {
            if (raw.IsBlank) continue;
            var line = RequestLineParser.Parse(raw, Style, _maxLineBytes);
            var hasFile = line.Fault is null && ImageFetcher.IsFile(line.Image);
            // Rows about one image mostly stand together.
            if (hasFile && line.Image != last) (last, stamp) = (line.Image, Look(line.Image));
            yield return new InputRow(line, raw.Content, RowFingerprint.Of(line, hasFile ? stamp : FileStamp.None));
        }
    }

    private FileStamp Look(string image)
    {
        try
        {
            return _images.Look(image);
        }
        catch (IOException)
        {
            return Unknown;
        }
    }
}

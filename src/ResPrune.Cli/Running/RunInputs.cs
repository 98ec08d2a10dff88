using System.Security.Cryptography;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Rendering;

namespace ResPrune.Cli.Running;

/// <summary>Finds out what INPUT is, and refuses what cannot be a run before any work is done.</summary>
internal static class RunInputs
{
    private static readonly string[] LinesEndings = [".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"];

    /// <summary>Looks at an input.</summary>
    /// <exception cref="UsageException">There is nothing to ask, or nothing to ask about; the message says what to type.</exception>
    public static async Task<RunInput> OpenAsync(
        string input, IReadOnlyList<string> questions, long? limit, IReadOnlyList<string> imageRoots, CancellationToken cancellationToken)
    {
        if (questions.Any(string.IsNullOrWhiteSpace)) throw new UsageException(
            "--ask: the question is empty; type one, e.g. --ask \"What is in the picture?\".");
        if (imageRoots.FirstOrDefault(root => !Directory.Exists(root)) is { } absent)
            throw new UsageException($"--image-root: there is no folder '{absent}'.");
        var path = Path.GetFullPath(input);
        try
        {
            if (Directory.Exists(path) && HasLinesEnding(path)) throw new UsageException($"'{input}' is a folder, not a file of JSON lines: rename it, or name the file in it.");
            if (Directory.Exists(path)) return Folder(path, LocalImageFolder.Open(path, imageRoots), questions, limit, cancellationToken);
            if (!File.Exists(path)) throw new UsageException($"There is no file or folder '{input}'.");
            if (HasLinesEnding(path)) return await JsonLinesAsync(
                path, questions, limit, cancellationToken);
            if (LocalImageFolder.OfFile(path) is var image && image.List(skipped: null, cancellationToken).Any())
                return Folder(image.Location, image, questions, limit, cancellationToken) with { Path = path };
        }
        catch (BatchInputException exception)
        {
            throw new UsageException(exception.Message, exception);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new UsageException($"'{input}' cannot be read: {exception.Message}", exception);
        }

        throw new UsageException($"'{input}' is neither a folder, nor a .jsonl or .jsonl.gz file, nor an image ({ImageFiles.Usual}).");
    }

    private static bool HasLinesEnding(string path) => LinesEndings.Any(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));

    private static RunInput Folder(
        string path, LocalImageFolder images, IReadOnlyList<string> questions, long? limit, CancellationToken cancellationToken)
    {
        RequireQuestions(questions);
        var skipped = new SkippedFiles();
        var count = images.List(skipped.Add, cancellationToken).LongCount();
        if (count == 0)
        {
            var lines = Directory.EnumerateFiles(path).Where(HasLinesEnding).Select(Path.GetFileName).Order(StringComparer.Ordinal).FirstOrDefault();
            var hint = lines is null ? "" : $" There is '{lines}' in it: give that as INPUT.";
            var others = skipped.Count == 0 ? "" : $" What is there is not read: {SkippedText.Of(skipped.Kinds)}.";
            throw new UsageException($"No images found in '{path}' (looked for {ImageFiles.Usual}, in folders below it too).{hint}{others}");
        }

        return new RunInput
        {
            Path = path,
            Source = new FolderInput(images, questions) { Limit = limit },
            ImageRoot = path,
            Rows = Math.Min(count, limit ?? long.MaxValue) * questions.Count,
            Skipped = skipped,
        };
    }

    private static async Task<RunInput> JsonLinesAsync(
        string path, IReadOnlyList<string> questions, long? limit, CancellationToken cancellationToken)
    {
        if (questions.Count > 0)
            throw new UsageException(
                $"--ask does not go with '{Path.GetFileName(path)}': the lines of a .jsonl file bring their own questions. Leave it out.");
        var folder = Path.GetDirectoryName(path)!;
        var (digest, lines) = await ScanAsync(path, cancellationToken);
        if (lines == 0) throw new UsageException($"'{path}' has no lines.");
        return new RunInput
        {
            Path = path,
            Source = new JsonLinesInput(LocalFolderBlobStore.OpenReadOnly(folder), Path.GetFileName(path)) { Limit = limit },
            ImageRoot = folder,
            Digest = digest,
            Rows = Math.Min(lines, limit ?? long.MaxValue),
        };
    }

    private static async Task<(string Digest, long Lines)> ScanAsync(string path, CancellationToken cancellationToken)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        await using var stream = await GzipLines.UnpackAsync(file, $"'{path}'", cancellationToken);
        var buffer = new byte[1 << 20];
        var (lines, inLine) = (0L, false);
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            digest.AppendData(buffer, 0, read);
            foreach (var value in buffer.AsSpan(0, read))
            {
                if (value == (byte)'\n') inLine = false;
                else if (!inLine && value is not ((byte)' ' or (byte)'\t' or (byte)'\r')) (lines, inLine) = (lines + 1, true);
            }
        }

        return (Convert.ToHexStringLower(digest.GetHashAndReset()), lines);
    }

    private static void RequireQuestions(IReadOnlyList<string> questions)
    {
        if (questions.Count == 0) throw new UsageException("Nothing is asked: add --ask, e.g. --ask \"What is in the picture?\".");
    }
}

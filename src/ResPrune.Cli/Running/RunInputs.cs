using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Cli.Commands;

namespace ResPrune.Cli.Running;

/// <summary>Finds out what INPUT is, and refuses what cannot be a run before any work is done.</summary>
internal static class RunInputs
{
    /// <summary>Looks at an input.</summary>
    /// <exception cref="UsageException">There is nothing to ask, or nothing to ask about; the message says what to type.</exception>
    public static async Task<RunInput> OpenAsync(
        string input, IReadOnlyList<string> questions, long? limit, CancellationToken cancellationToken)
    {
        if (questions.Any(string.IsNullOrWhiteSpace)) throw new UsageException(
            "--ask: the question is empty; type one, e.g. --ask \"What is in the picture?\".");
        var path = Path.GetFullPath(input);
        try
        {
            if (Directory.Exists(path)) return await FolderAsync(path, questions, limit, cancellationToken);
            if (!File.Exists(path)) throw new UsageException($"There is no file or folder '{input}'.");
            if (Path.GetExtension(path).Equals(".jsonl", StringComparison.OrdinalIgnoreCase)) return await JsonLinesAsync(
                path, questions, limit, cancellationToken);
            if (PictureNames.IsPicture(Path.GetFileName(path))) return await PictureAsync(path, questions, cancellationToken);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new UsageException($"'{input}' cannot be read: {exception.Message}", exception);
        }

        throw new UsageException(
            $"'{input}' is neither a folder, nor a .jsonl file, nor a picture ({string.Join(' ', PictureNames.Extensions)}).");
    }

    private static async Task<RunInput> FolderAsync(
        string path, IReadOnlyList<string> questions, long? limit, CancellationToken cancellationToken)
    {
        RequireQuestions(questions);
        var images = LocalFolderBlobStore.OpenReadOnly(path);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var pictures = 0L;
        await foreach (var name in images.ListAsync("", cancellationToken))
        {
            if (!PictureNames.IsPicture(name)) continue;
            pictures++;
            AddFile(digest, name, new FileInfo(Path.Combine(path, name)));
        }

        if (pictures == 0) throw new UsageException(
            $"No pictures found in '{path}' (looked for {string.Join(' ', PictureNames.Extensions)}, in folders below it too).");
        return new RunInput
        {
            Path = path,
            Source = new FolderInput(images, questions) { Limit = limit },
            ImageRoot = path,
            Digest = Convert.ToHexStringLower(digest.GetHashAndReset()),
            Rows = Math.Min(pictures, limit ?? long.MaxValue) * questions.Count,
        };
    }

    /// <summary>One picture is a job whose lines are written here, with the ids a folder of one would have.</summary>
    private static async Task<RunInput> PictureAsync(string path, IReadOnlyList<string> questions, CancellationToken cancellationToken)
    {
        RequireQuestions(questions);
        var name = Path.GetFileName(path);
        var lines = new StringBuilder();
        for (var question = 0; question < questions.Count; question++)
        {
            var id = questions.Count == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}#{question + 1}");
            lines.Append(
                CultureInfo.InvariantCulture,
                $"{{\"id\":{Quoted(id)},\"image\":{Quoted(name)},\"question\":{Quoted(questions[question])}}}\n");
        }

        const string Manifest = "picture.jsonl";
        var memory = new InMemoryBlobStore();
        await memory.WriteAsync(Manifest, Encoding.UTF8.GetBytes(lines.ToString()), BlobWriteCondition.CreateOnly, cancellationToken);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AddFile(digest, name, new FileInfo(path));
        return new RunInput
        {
            Path = path,
            Source = new JsonLinesInput(memory, Manifest),
            ImageRoot = Path.GetDirectoryName(path)!,
            Digest = Convert.ToHexStringLower(digest.GetHashAndReset()),
            Rows = questions.Count,
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
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
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

    private static void AddFile(IncrementalHash digest, string name, FileInfo file)
    {
        Span<byte> facts = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(facts, file.Exists ? file.Length : -1);
        BinaryPrimitives.WriteInt64LittleEndian(facts[sizeof(long)..], file.LastWriteTimeUtc.Ticks);
        digest.AppendData(Encoding.UTF8.GetBytes(name));
        digest.AppendData("\0"u8);
        digest.AppendData(facts);
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}

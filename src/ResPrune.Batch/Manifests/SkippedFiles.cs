using System.Buffers;
using System.Text.Json;
using ResPrune.Batch.Json;

namespace ResPrune.Batch.Manifests;

/// <summary>The files and folders of an input that are not read: counted by kind, and named one a line in <c>skipped.jsonl</c>.</summary>
public sealed class SkippedFiles
{
    /// <summary>Name of the file that names them.</summary>
    public const string FileName = "skipped.jsonl";

    private readonly List<SkippedFile> _files = [];
    private readonly SortedDictionary<string, long> _kinds = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public long Count => _files.Count;

    /// <summary>How many there are of each of <see cref="SkippedKinds"/>.</summary>
    public IReadOnlyDictionary<string, long> Kinds => _kinds;

    /// <summary>Notes one.</summary>
    public void Add(SkippedFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        _files.Add(file);
        _kinds[file.Kind] = _kinds.GetValueOrDefault(file.Kind) + 1;
    }

    /// <summary>Writes <c>{"path","kind","detail"}</c> for each.</summary>
    public async Task WriteAsync(Stream target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var file in _files)
        {
            buffer.ResetWrittenCount();
            WriteLine(buffer, file);
            await target.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
        }
    }

    private static void WriteLine(ArrayBufferWriter<byte> buffer, SkippedFile file)
    {
        using (var json = new Utf8JsonWriter(buffer, JsonLineOptions.Writer))
        {
            json.WriteStartObject();
            json.WriteString("path"u8, file.Path);
            json.WriteString("kind"u8, file.Kind);
            json.WriteString("detail"u8, file.Detail);
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
    }
}

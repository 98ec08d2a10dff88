using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ResPrune.Cli.Hub;

/// <summary>
/// Puts a model into a folder of its own, as plain files; what is known about them stands in <c>.cache/huggingface/download</c>, where
/// Python's <c>local_dir</c> keeps it. Layout: <c>huggingface_hub/_local_folder.py</c>.
/// </summary>
internal sealed class FolderTarget(string folder, string commit, TimeProvider time) : IPullTarget
{
    private readonly string _notes = Path.Combine(folder, ".cache", "huggingface", "download");

    /// <inheritdoc/>
    public string Folder => folder;

    /// <inheritdoc/>
    public string LockOf(HubFile file) => Path.Combine(_notes, $"{file.Name}.lock");

    /// <inheritdoc/>
    public string PartOf(HubFile file)
    {
#pragma warning disable CA5350 // A short name for a file, the one that Python gives it; nothing rests on it.
        var name = SHA1.HashData(Encoding.UTF8.GetBytes(Path.GetFileName(NoteOf(file))));
#pragma warning restore CA5350
        return Path.Combine(_notes, $"{Convert.ToBase64String(name).Replace('+', '-').Replace('/', '_')}.{file.Hash}.incomplete");
    }

    /// <inheritdoc/>
    public async Task<bool> HasAsync(HubFile file, CancellationToken cancellationToken)
    {
        var info = new FileInfo(PathOf(file));
        if (!info.Exists || info.Length != file.Size) return false;
        if (!IsNoted(file, info) && !await HashesAsync(file, cancellationToken)) return false;
        Note(file);
        return true;
    }

    /// <inheritdoc/>
    public void Publish(HubFile file)
    {
        File.Move(PartOf(file), PathOf(file), overwrite: true);
        Note(file);
    }

    /// <inheritdoc/>
    public void Complete()
    {
        var cache = Path.GetDirectoryName(_notes)!;
        CacheTag.Write(cache);
        // Git must not see the notes; Python writes the same.
        var ignored = Path.Combine(cache, ".gitignore");
        if (!File.Exists(ignored)) File.WriteAllText(ignored, "*");
    }

    private string PathOf(HubFile file) => Path.Combine(folder, file.Name);

    private string NoteOf(HubFile file) => Path.Combine(_notes, $"{file.Name}.metadata");

    /// <summary>Whether the note says that this content was put there, and nobody wrote to the file since.</summary>
    private bool IsNoted(HubFile file, FileInfo info)
    {
        if (!File.Exists(NoteOf(file)) || File.ReadAllLines(NoteOf(file)) is not [_, var etag, var noted, ..]) return false;
        var written = new DateTimeOffset(info.LastWriteTimeUtc).ToUnixTimeMilliseconds() / 1000.0;
        return etag == file.Hash.Hex && double.TryParse(noted, NumberStyles.Float, CultureInfo.InvariantCulture, out var at) && written - 1 <= at;
    }

    private async Task<bool> HashesAsync(HubFile file, CancellationToken cancellationToken)
    {
        using var hasher = new ContentHasher(file);
        await using var content = new FileStream(
            PathOf(file), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous);
        var buffer = new byte[256 << 10];
        while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var count) hasher.Add(buffer.AsSpan(0, count));
        return hasher.IsTheFile();
    }

    private void Note(HubFile file)
    {
        Directory.CreateDirectory(_notes);
        var seconds = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        File.WriteAllText(NoteOf(file), string.Create(CultureInfo.InvariantCulture, $"{commit}\n{file.Hash}\n{seconds:0.000}\n"));
    }
}

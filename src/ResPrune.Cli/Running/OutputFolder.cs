using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Passes;
using ResPrune.Batch.Storage;
using ResPrune.Cli.Commands;

namespace ResPrune.Cli.Running;

/// <summary>
/// The folder a run writes to: the results in it, and in <c>.resprune</c> below it the passes they come from. One process works on it at a
/// time.
/// </summary>
internal sealed class OutputFolder : IDisposable
{
    private const string StateFolder = ".resprune";
    private const int LockedElsewhere = 11; // EWOULDBLOCK

    private readonly FileStream _lock;
    private readonly string? _made;
    private bool _used;

    private OutputFolder(string path, FileStream held, string? made, IBlobStore store)
    {
        Path = path;
        _lock = held;
        _made = made;
        Store = store;
    }

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>The store of the batch.</summary>
    public IBlobStore Store { get; }

    /// <summary>Makes the folder where it is missing, and takes it for this process.</summary>
    /// <exception cref="UsageException">It cannot be written, or another process has it.</exception>
    public static OutputFolder Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        var state = System.IO.Path.Combine(full, StateFolder);
        var made = Directory.Exists(full) ? Directory.Exists(state) ? null : state : full;
        try
        {
            var store = LocalFolderBlobStore.OpenOrCreate(state);
            // The state may be writable where the folder itself is not.
            var probe = System.IO.Path.Combine(full, $".{System.IO.Path.GetRandomFileName()}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return new OutputFolder(full, TakeLock(full), made, store);
        }
        catch (Exception exception) when (exception is BlobStoreUnavailableException or UnauthorizedAccessException or IOException)
        {
            throw new UsageException($"--output: '{path}' cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>Makes sure that the folder holds passes of this very job or none.</summary>
    /// <returns>What it holds; null when nothing was begun in it.</returns>
    /// <exception cref="UsageException">It holds another job's; the message names what is different.</exception>
    public async Task<PassState?> FindAsync(IReadOnlyDictionary<string, string> facts, CancellationToken cancellationToken)
    {
        PassState? state;
        try
        {
            state = await new RunPasses(Store, TimeProvider.System).FindAsync(cancellationToken);
        }
        catch (PassFormatException exception)
        {
            throw new UsageException(
                $"'{Path}' cannot be gone on with: {exception.Message}, which noted other things about its images. Its answers can still be read in it. "
                + "Choose another --output, or delete that folder.",
                exception);
        }

        if (state is not null && JobFacts.Differences(facts, state.Facts) is { Count: > 0 } differences)
        {
            throw new UsageException(
                $"'{Path}' holds the results of another run: {string.Join(", ", differences)} differ. Choose another --output, or delete that folder.");
        }

        _used = true;
        return state;
    }

    /// <summary>Deletes what earlier passes and crashes have left behind, once the state names it no more.</summary>
    public void Tidy(PassState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        foreach (var (folder, kept) in state.Parts)
        {
            var place = new DirectoryInfo(System.IO.Path.Combine(Path, StateFolder, folder));
            if (!place.Exists) continue;
            foreach (var entry in place.EnumerateFileSystemInfos().Where(entry => !kept.Contains(entry.Name)))
            {
                if (entry is DirectoryInfo left) left.Delete(recursive: true);
                else entry.Delete();
            }
        }
    }

    /// <summary>Writes the results of the latest pass, which has ended, where people look for them; until each is whole, the earlier one stands.</summary>
    public async Task<(BatchManifest Manifest, ResultPaths Paths)> PublishAsync(
        PassState state, BatchSpec spec, SkippedFiles skipped, CancellationToken cancellationToken)
    {
        var passes = new RunPasses(Store, TimeProvider.System);
        var manifest = await passes.WriteResultsAsync(state, spec, cancellationToken);
        var output = await CopyAsync(manifest.Output.Blob, "output.jsonl", cancellationToken);
        var errors = System.IO.Path.Combine(Path, "errors.jsonl");
        if (manifest.Errors.Lines > 0) await CopyAsync(manifest.Errors.Blob, "errors.jsonl", cancellationToken);
        else File.Delete(errors);
        var names = await WriteAsync(skipped, cancellationToken);
        var totals = await CopyAsync(RunPasses.ManifestBlob, "manifest.json", cancellationToken);
        await passes.DeleteResultsAsync(cancellationToken);
        return (manifest, new ResultPaths(output, manifest.Errors.Lines > 0 ? errors : null, names, totals));
    }

    /// <summary>Lets other processes have the folder; a folder that was made for nothing goes.</summary>
    public void Dispose()
    {
        if (!_used && _made is not null) Directory.Delete(_made, recursive: true);
        _lock.Dispose();
    }

    private static FileStream TakeLock(string folder)
    {
        try
        {
            return new FileStream(
                System.IO.Path.Combine(folder, StateFolder, "run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.HResult == LockedElsewhere)
        {
            throw new UsageException($"Another resprune is working on '{folder}': wait for it, or choose another --output.", exception);
        }
    }

    private async Task<string?> WriteAsync(SkippedFiles skipped, CancellationToken cancellationToken)
    {
        if (skipped.Count > 0) return await ReplaceAsync(SkippedFiles.FileName, target => skipped.WriteAsync(target, cancellationToken));
        File.Delete(System.IO.Path.Combine(Path, SkippedFiles.FileName));
        return null;
    }

    private async Task<string> CopyAsync(string blob, string name, CancellationToken cancellationToken)
    {
        await using var source = await Store.OpenReadAsync(blob, 0, null, cancellationToken)
            ?? throw new IOException($"'{blob}' is gone from '{Store.Location}'.");
        return await ReplaceAsync(name, target => source.CopyToAsync(target, cancellationToken));
    }

    // Whoever reads the result sees a whole file, the old one or the new one.
    private async Task<string> ReplaceAsync(string name, Func<Stream, Task> write)
    {
        var path = System.IO.Path.Combine(Path, name);
        var temporary = System.IO.Path.Combine(Path, StateFolder, name + ".tmp");
        await using (var target = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await write(target);
            target.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        return path;
    }
}

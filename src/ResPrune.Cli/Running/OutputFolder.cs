using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Storage;
using ResPrune.Cli.Commands;

namespace ResPrune.Cli.Running;

/// <summary>
/// The folder a run writes to: the results in it, and in <c>.resprune</c> below it the batch they come from. One process works on it at a
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

    /// <summary>Makes sure that the folder holds this batch or none.</summary>
    /// <returns>The stored batch; null when there is none yet.</returns>
    /// <exception cref="UsageException">It holds another; the message names what is different.</exception>
    public async Task<BatchRecord?> FindAsync(BatchIdentity identity, CancellationToken cancellationToken)
    {
        BatchRecord? found = null;
        await foreach (var record in new BatchCatalog(Store).ListAsync(cancellationToken))
        {
            if (record.Id != identity.Id)
            {
                throw new UsageException(
                    $"'{Path}' holds the results of another run: {string.Join(", ", identity.DifferencesFrom(record.Metadata))} differ. "
                    + "Choose another --output, or delete that folder.");
            }

            found = record;
        }

        _used = true;
        return found;
    }

    /// <summary>Puts the results of a batch that has ended where people look for them.</summary>
    public async Task<ResultPaths> PublishAsync(BatchManifest manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var output = await CopyAsync(manifest.Output.Blob, "output.jsonl", cancellationToken);
        var errors = System.IO.Path.Combine(Path, "errors.jsonl");
        if (manifest.Errors.Lines > 0) await CopyAsync(manifest.Errors.Blob, "errors.jsonl", cancellationToken);
        else File.Delete(errors);
        var totals = await CopyAsync(BatchBlobs.Manifest(manifest.Batch), "manifest.json", cancellationToken);
        return new ResultPaths(output, manifest.Errors.Lines > 0 ? errors : null, totals);
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

    private async Task<string> CopyAsync(string blob, string name, CancellationToken cancellationToken)
    {
        var path = System.IO.Path.Combine(Path, name);
        var temporary = System.IO.Path.Combine(Path, StateFolder, name + ".tmp");
        await using (
            var source = await Store.OpenReadAsync(blob, 0, null, cancellationToken)
            ?? throw new IOException($"'{blob}' is gone from '{Store.Location}'."))
        await using (var target = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await source.CopyToAsync(target, cancellationToken);
        }

        // Whoever reads the result sees a whole file, the old one or the new one.
        File.Move(temporary, path, overwrite: true);
        return path;
    }
}

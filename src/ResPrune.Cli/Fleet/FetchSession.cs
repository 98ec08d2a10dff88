using System.Security.Cryptography;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Rendering;
using ResPrune.Server.Fleet;

namespace ResPrune.Cli.Fleet;

/// <summary>
/// <c>resprune fetch</c> from beginning to end: every file is whole or not there, the manifest comes last, and nothing that differs is
/// overwritten.
/// </summary>
internal sealed class FetchSession
{
    private readonly IBlobStore _store;
    private readonly BatchId _batch;
    private readonly string _folder;

    private FetchSession(IBlobStore store, BatchId batch, string folder)
    {
        _store = store;
        _batch = batch;
        _folder = folder;
    }

    /// <summary>Runs it.</summary>
    /// <exception cref="UsageException">The batch has not ended, or there are other files in the folder.</exception>
    /// <exception cref="FleetStartException">The store cannot be used.</exception>
    public static async Task<int> RunAsync(string store, BatchId batch, string folder, TextWriter output)
    {
        var session = new FetchSession(await FleetStore.OpenAsync(store, CancellationToken.None), batch, Path.GetFullPath(folder));
        var manifest = await session.RequireManifestAsync();
        await session.FetchAsync(manifest);
        var totals = manifest.Totals;
        output.WriteLine($"{Quantity.Count(totals.Answered)} answered, {Quantity.Count(totals.Failed)} failed; results in {session._folder}");
        if (await session.HasSkippedAsync()) output.WriteLine(session.NotRead());
        output.WriteLine(string.Join("; ", SavingsRows.Of(totals.VisualTokens, totals.Work).Select(row => $"{row.Name.Trim()} {row.Value}")));
        return ExitCode.Success;
    }

    private async Task<bool> HasSkippedAsync() =>
        await _store.GetPropertiesAsync(BatchBlobs.Skipped(_batch), CancellationToken.None) is not null;

    private string NotRead()
    {
        var path = Path.Combine(_folder, SkippedFiles.FileName);
        return $"{Quantity.Count(File.ReadLines(path).LongCount())} files or folders of the input were not read: {path}";
    }

    private async Task<BatchManifest> RequireManifestAsync()
    {
        var record = (await new BatchCatalog(_store).ReadAsync(_batch, CancellationToken.None))?.Record
            ?? throw new UsageException($"There is no batch '{_batch.Value}' in '{_store.Location}'.");
        if (!record.IsTerminal) throw new UsageException(
            $"{_batch.Value} has not ended ({record.Status.ToString().ToLowerInvariant()}): follow it with 'resprune watch {_batch.Value}'.");
        return await new BatchFinalizer(_store, TimeProvider.System).ReadManifestAsync(_batch, CancellationToken.None)
            ?? throw new UsageException(
                $"{_batch.Value} has no results: {string.Join(" ", record.Errors?.Data.Select(problem => problem.Message) ?? [])}");
    }

    private async Task FetchAsync(BatchManifest manifest)
    {
        try
        {
            Directory.CreateDirectory(_folder);
            List<(string Blob, string Name)> files = [(manifest.Output.Blob, "output.jsonl")];
            if (manifest.Errors.Lines > 0) files.Add((manifest.Errors.Blob, "errors.jsonl"));
            else if (File.Exists(Path.Combine(_folder, "errors.jsonl"))) throw Differs("errors.jsonl");
            if (await HasSkippedAsync()) files.Add((BatchBlobs.Skipped(_batch), SkippedFiles.FileName));
            else if (File.Exists(Path.Combine(_folder, SkippedFiles.FileName))) throw Differs(SkippedFiles.FileName);
            files.Add((BatchBlobs.Manifest(_batch), "manifest.json"));
            var fetched = new List<(string Temporary, string Path)>();
            try
            {
                // All of them beside their places first: a folder with other results in it is left as it is.
                foreach (var (blob, name) in files)
                    if (await DownloadAsync(blob, name) is { } temporary) fetched.Add((temporary, Path.Combine(_folder, name)));
                foreach (var (temporary, path) in fetched) File.Move(temporary, path, overwrite: false);
            }
            finally
            {
                foreach (var (temporary, _) in fetched) File.Delete(temporary);
            }
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UsageException($"--output: '{_folder}' cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>Null when the very same file is there already.</summary>
    private async Task<string?> DownloadAsync(string blob, string name)
    {
        var path = Path.Combine(_folder, name);
        var temporary = Path.Combine(_folder, $".{name}.{Path.GetRandomFileName()}");
        try
        {
            await using (
                var source = await _store.OpenReadAsync(blob, 0, null, CancellationToken.None)
                ?? throw new UsageException($"'{blob}' is gone from '{_store.Location}'."))
            await using (var target = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                await source.CopyToAsync(target, CancellationToken.None);
                target.Flush(flushToDisk: true);
            }

            if (!File.Exists(path)) return temporary;
            if (!await HasSameBytesAsync(temporary, path)) throw Differs(name);
            File.Delete(temporary);
            return null;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static async Task<bool> HasSameBytesAsync(string one, string other)
    {
        if (new FileInfo(one).Length != new FileInfo(other).Length) return false;
        return await HashAsync(one) == await HashAsync(other);
    }

    private static async Task<string> HashAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
    }

    private UsageException Differs(string name) => new(
        $"'{Path.Combine(_folder, name)}' is there and is not this batch's: choose another --output, or move that file away.");
}

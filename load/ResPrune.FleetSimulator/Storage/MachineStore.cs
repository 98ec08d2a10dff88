using System.Runtime.CompilerServices;
using ResPrune.Batch.Images;
using ResPrune.Batch.Storage;
using ResPrune.FleetSimulator.Machines;

namespace ResPrune.FleetSimulator.Storage;

/// <summary>
/// The store as one machine sees it: every request takes the drawn time and that of its bytes. What a machine had asked for when it was
/// killed may still have been done.
/// </summary>
internal sealed class MachineStore(Machine machine) : IBlobStore, IImageRoots
{
    private const int NamesInPage = 5000;

    private readonly FleetBlobs _blobs = machine.World.Blobs;

    /// <inheritdoc/>
    public string Location => _blobs.Location;

    /// <inheritdoc/>
    public IImageUrls? Urls => null;

    /// <inheritdoc/>
    public Task<IImagePlace> OpenAsync(string location, CancellationToken cancellationToken) => Task.FromResult<IImagePlace>(new StoreImages(this));

    /// <inheritdoc/>
    public async Task<BlobProperties?> GetPropertiesAsync(string name, CancellationToken cancellationToken)
    {
        await ReadingAsync("look at", name, 0, cancellationToken);
        return await _blobs.GetPropertiesAsync(name, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Stream?> OpenReadAsync(string name, long offset, long? length, CancellationToken cancellationToken)
    {
        await ReadingAsync("read", name, length ?? 0, cancellationToken);
        return await _blobs.OpenReadAsync(name, offset, length, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<BlobContent?> ReadAsync(string name, int maxBytes, CancellationToken cancellationToken)
    {
        var content = await _blobs.ReadAsync(name, maxBytes, cancellationToken);
        await ReadingAsync("read", name, content?.Bytes.Length ?? 0, cancellationToken);
        return content;
    }

    /// <inheritdoc/>
    public async Task<BlobWriteResult> WriteAsync(
        string name, ReadOnlyMemory<byte> content, BlobWriteCondition condition, CancellationToken cancellationToken)
    {
        await WritingAsync(name, content.Length, cancellationToken);
        var written = await _blobs.WriteAsync(name, content, condition, cancellationToken);
        Wrote(name);
        return written;
    }

    /// <inheritdoc/>
    public async Task<BlobUpload> BeginUploadAsync(string name, CancellationToken cancellationToken)
    {
        machine.ThrowIfGone();
        return new Upload(this, name, await _blobs.BeginUploadAsync(name, cancellationToken));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = 0;
        await foreach (var name in _blobs.ListAsync(prefix, cancellationToken))
        {
            if (names++ % NamesInPage == 0) await ReadingAsync("list", prefix, 0, cancellationToken);
            yield return name;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await ReadingAsync("list", prefix, 0, cancellationToken);
        await foreach (var name in _blobs.ListFoldersAsync(prefix, cancellationToken)) yield return name;
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken)
    {
        await WritingAsync(name, 0, cancellationToken);
        return await _blobs.DeleteAsync(name, cancellationToken);
    }

    private async Task ReadingAsync(string verb, string name, long bytes, CancellationToken cancellationToken)
    {
        machine.ThrowIfGone();
        machine.World.Storage.Add(verb, name);
        await machine.World.Time.WaitAsync(machine.Draw(machine.World.Options.Reading) + OnTheWire(bytes), cancellationToken);
        machine.ThrowIfGone();
    }

    private async Task WritingAsync(string name, long bytes, CancellationToken cancellationToken)
    {
        machine.ThrowIfGone();
        machine.World.Storage.Add("write", name);
        await machine.World.Time.WaitAsync(machine.Draw(machine.World.Options.Writing) + OnTheWire(bytes), cancellationToken);
        machine.ThrowIfGone();
    }

    private void Wrote(string name) => machine.World.Milestones.Note(name, machine.World.Time.Elapsed);

    private TimeSpan OnTheWire(long bytes) => TimeSpan.FromSeconds(bytes / (machine.World.Options.MegabytesPerSecond * 1e6));

    private sealed class Upload(MachineStore store, string name, BlobUpload upload) : BlobUpload
    {
        public override Stream Content => upload.Content;

        public override async Task<BlobWriteResult> CompleteAsync(BlobWriteCondition condition, CancellationToken cancellationToken)
        {
            await store.WritingAsync(name, upload.Content.Length, cancellationToken);
            var written = await upload.CompleteAsync(condition, cancellationToken);
            store.Wrote(name);
            return written;
        }

        public override ValueTask DisposeAsync() => upload.DisposeAsync();
    }
}

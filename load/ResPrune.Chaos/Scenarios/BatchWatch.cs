using ResPrune.Batch.Batches;
using ResPrune.Batch.Storage;

namespace ResPrune.Chaos.Scenarios;

/// <summary>How far a batch is, read from its store alone: nobody of the fleet is asked, so nobody is woken by it.</summary>
internal sealed class BatchWatch(IBlobStore store, BatchId batch)
{
    private int _shards;

    /// <summary>Shards of the plan; 0 while it is not planned.</summary>
    public int Shards => _shards;

    /// <summary>Ordinals of the shards that have a commit record, in order; null while the store does not answer.</summary>
    public async Task<IReadOnlyList<int>?> CommittedAsync()
    {
        try
        {
            if (_shards == 0) _shards = (await RecordAsync())?.Plan?.Shards ?? 0;
            var folder = BatchBlobs.Commits(batch);
            return await store.ListAsync(folder, CancellationToken.None)
                .Select(name => int.Parse(Path.GetFileNameWithoutExtension(name), System.Globalization.CultureInfo.InvariantCulture)).ToListAsync();
        }
        catch (Exception exception) when (exception is IOException)
        {
            return null;
        }
    }

    /// <summary>Whether nothing will change any more; false while the store does not answer.</summary>
    public async Task<bool> HasEndedAsync()
    {
        try
        {
            return await RecordAsync() is { IsTerminal: true };
        }
        catch (Exception exception) when (exception is IOException)
        {
            return false;
        }
    }

    private async Task<BatchRecord?> RecordAsync() => (await new BatchCatalog(store).ReadAsync(batch, CancellationToken.None))?.Record;
}

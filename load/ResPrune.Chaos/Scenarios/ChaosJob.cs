using ResPrune.Batch.Batches;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Chaos.Fleet;
using ResPrune.Server.Fleet;

namespace ResPrune.Chaos.Scenarios;

/// <summary>Gives a fleet something to do.</summary>
internal static class ChaosJob
{
    private const string Pictures = "chaos-pictures";

    /// <summary>Puts the pictures where every batch of the store finds them.</summary>
    public static async Task StorePicturesAsync(IBlobStore store)
    {
        foreach (var (name, path) in ChaosInput.Pictures)
            await store.WriteAsync($"{Pictures}/{name}", await File.ReadAllBytesAsync(path), BlobWriteCondition.Always, CancellationToken.None);
    }

    /// <summary>Submits a batch as any client does.</summary>
    /// <returns>Its id; somebody has taken it up.</returns>
    public static async Task<BatchId> SubmitAsync(ChaosFleet fleet, IReadOnlyList<ChaosRow> rows, int rowsPerShard)
    {
        var batch = BatchId.New(TimeProvider.System);
        var folder = Directory.CreateDirectory(Path.Combine(fleet.Folder, "inputs")).FullName;
        ChaosInput.Write(rows, Path.Combine(folder, $"{batch.Value}.jsonl"));
        var input = new JsonLinesInput(LocalFolderBlobStore.OpenReadOnly(folder), $"{batch.Value}.jsonl");
        var spec = new BatchSpec
        {
            Model = "resprune-tiny",
            Keep = ChaosInput.Keep,
            MaxTokens = ChaosInput.MaxTokens,
            RowsPerShard = rowsPerShard,
            ImageRoot = StoreImageRoots.LocationOf(Pictures),
        };
        var where = new FleetConnectionOptions { Store = fleet.Store.Address, Redis = fleet.Redis.Address };
        await using var client = await FleetClient.ConnectAsync(where, CancellationToken.None);
        await new BatchSubmitter(fleet.Store.Direct, TimeProvider.System).SubmitAsync(batch, input, spec, null, CancellationToken.None);
        await FleetClient.AskAsync(token => client.Batches.StartAsync(batch, token), TimeSpan.FromSeconds(30), CancellationToken.None);
        return batch;
    }
}

using ResPrune.Batch.Batches;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Chaos.Fleet;
using ResPrune.Server.Fleet;
using ResPrune.TinyModel.Export;

namespace ResPrune.Chaos.Scenarios;

/// <summary>One batch for a fleet.</summary>
internal sealed record ChaosJob
{
    private const string Pictures = "chaos-pictures";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <summary>Its id.</summary>
    public BatchId Batch { get; } = BatchId.New(TimeProvider.System);

    /// <summary>What it asks.</summary>
    public required IReadOnlyList<ChaosRow> Rows { get; init; }

    public required int RowsPerShard { get; init; }

    /// <summary>Where its images are. Default: where <see cref="StorePicturesAsync"/> puts them.</summary>
    public string ImageRoot { get; init; } = StoreImageRoots.LocationOf(Pictures);

    public int Priority { get; init; }

    /// <summary>Name of the model that is to answer it; null (default) leaves it to the first worker that asks.</summary>
    public string? Model { get; init; }

    /// <summary>Digest of the weights that are to answer it; null (default) leaves it to the first worker of <see cref="Model"/>.</summary>
    public string? WeightsDigest { get; init; }

    /// <summary>Puts the pictures where every batch of the store finds them.</summary>
    public static async Task StorePicturesAsync(IBlobStore store)
    {
        foreach (var (name, path) in ChaosInput.Pictures)
            await store.WriteAsync($"{Pictures}/{name}", await File.ReadAllBytesAsync(path), BlobWriteCondition.Always, CancellationToken.None);
    }

    /// <summary>The weights that workers of a model have, as the fleet knows it from them.</summary>
    /// <exception cref="InvalidOperationException">There is no such worker yet.</exception>
    public static async Task<string> FindWeightsAsync(ChaosFleet fleet, string model)
    {
        await using var client = await ConnectAsync(fleet);
        var models = await FleetClient.AskAsync(client.Batches.ListModelsAsync, Timeout, CancellationToken.None);
        return models.FirstOrDefault(known => known.Name == model)?.WeightsDigest ?? throw new InvalidOperationException($"No worker has {model}.");
    }

    /// <summary>Submits it as any client does, again where that failed before.</summary>
    /// <returns>Its id; somebody has taken it up.</returns>
    public async Task<BatchId> SubmitAsync(ChaosFleet fleet)
    {
        var folder = Directory.CreateDirectory(Path.Combine(fleet.Folder, "inputs")).FullName;
        ChaosInput.Write(Rows, Path.Combine(folder, $"{Batch.Value}.jsonl"));
        var input = new JsonLinesInput(LocalFolderBlobStore.OpenReadOnly(folder), $"{Batch.Value}.jsonl");
        var spec = new BatchSpec
        {
            Model = Model ?? BundledModel.Name,
            RequiredModel = WeightsDigest is null ? Model : null,
            WeightsDigest = WeightsDigest,
            Keep = ChaosInput.Keep,
            MaxTokens = ChaosInput.MaxTokens,
            RowsPerShard = RowsPerShard,
            ImageRoot = ImageRoot,
            Priority = Priority,
        };
        await using var client = await ConnectAsync(fleet);
        await new BatchSubmitter(fleet.Store.Direct, TimeProvider.System).SubmitAsync(Batch, input, spec, null, CancellationToken.None);
        await FleetClient.AskAsync(token => client.Batches.StartAsync(Batch, token), Timeout, CancellationToken.None);
        return Batch;
    }

    private static Task<FleetClient> ConnectAsync(ChaosFleet fleet) => FleetClient.ConnectAsync(
        new FleetConnectionOptions { Store = fleet.Store.Address, Redis = fleet.Redis.Address }, CancellationToken.None);
}

using System.Collections.Concurrent;
using System.Diagnostics;
using ResPrune.Batch.Batches;
using ResPrune.Chaos.Faults;
using ResPrune.Chaos.Fleet;

namespace ResPrune.Chaos.Scenarios;

/// <summary>The batches that come beside a scenario's own: one that cannot be opened, and one of another model with a worker of its own.</summary>
/// <param name="fleet">The fleet.</param>
/// <param name="references">What undisturbed runs answer.</param>
/// <param name="seed">What their rows are drawn from.</param>
internal sealed class Neighbours(ChaosFleet fleet, References references, int seed)
{
    private const int Rows = 24;
    private const int RowsPerShard = 4;
    private const int Urgent = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    private readonly ConcurrentQueue<Neighbour> _begun = [];
    private readonly ConcurrentBag<Fault> _struck = [];

    /// <summary>Faults that have begun.</summary>
    public IReadOnlyCollection<Fault> Struck => _struck;

    /// <summary>Whether a fault is a batch.</summary>
    public static bool IsOne(FaultKind kind) => kind is FaultKind.BrokenBatch or FaultKind.OtherModel;

    /// <summary>Submits a batch; returns when it is stored and known to the fleet.</summary>
    public Task BeginAsync(Fault fault)
    {
        _struck.Add(fault);
        return fault.Kind == FaultKind.BrokenBatch ? BeginBrokenAsync(fault) : BeginOtherModelAsync(fault);
    }

    /// <summary>Those that are not at their end, in words.</summary>
    public async Task<IReadOnlyList<string>> OpenAsync()
    {
        var open = new List<string>();
        foreach (var neighbour in _begun)
            if (!await new BatchWatch(fleet.Store.Direct, neighbour.Batch).HasEndedAsync()) open.Add(neighbour.Name);
        return open;
    }

    /// <summary>What is wrong with those that have ended.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync()
    {
        var complaints = new List<string>();
        foreach (var (name, batch, rows) in _begun)
        {
            var found = rows is null
                ? await Verifier.CheckFailedAsync(fleet.Store.Direct, batch)
                : await new Verifier(fleet.Store.Direct, references.Other!).CheckAsync(batch, rows);
            complaints.AddRange(found.Select(complaint => $"{name}: {complaint}"));
        }

        return complaints;
    }

    private async Task BeginBrokenAsync(Fault fault)
    {
        var roots = fleet.Store.ClosedImageRoots;
        var job = new ChaosJob
        {
            Rows = ChaosInput.Draw(seed, Rows),
            RowsPerShard = RowsPerShard,
            ImageRoot = roots[fault.Choice % roots.Count],
            Priority = fault.Choice % 2 * Urgent,
        };
        await RetryAsync(() => job.SubmitAsync(fleet));
        _begun.Enqueue(new Neighbour($"the batch with images in {job.ImageRoot}", job.Batch, Rows: null));
    }

    private async Task BeginOtherModelAsync(Fault fault)
    {
        fleet.Call(fleet.Other);
        // By its name alone, before its worker is there, or by its weights when it is.
        var isByName = fault.Choice % 2 == 0;
        var job = new ChaosJob { Rows = ChaosInput.Draw(seed + 1, Rows), RowsPerShard = RowsPerShard, Model = OtherModel.Name };
        if (!isByName) job = job with { WeightsDigest = await RetryAsync(() => ChaosJob.FindWeightsAsync(fleet, OtherModel.Name)) };
        await RetryAsync(() => job.SubmitAsync(fleet));
        _begun.Enqueue(new Neighbour("the batch of the other model", job.Batch, job.Rows));
    }

    /// <summary>Store, Redis or a coordinator may be away at that moment: a person types the command again.</summary>
    private static async Task<T> RetryAsync<T>(Func<Task<T>> action)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(Look))
        {
            try
            {
                return await action();
            }
            catch (Exception) when (waited.Elapsed < Patience)
            {
                // Whatever it was; the last one is not caught.
            }
        }
    }

    /// <param name="Name">For a person.</param>
    /// <param name="Batch">Its id.</param>
    /// <param name="Rows">What it asks; null where it must fail.</param>
    private sealed record Neighbour(string Name, BatchId Batch, IReadOnlyList<ChaosRow>? Rows);
}

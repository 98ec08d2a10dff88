using System.Diagnostics;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Batches;
using ResPrune.FleetSimulator.Clock;
using ResPrune.FleetSimulator.Machines;
using ResPrune.FleetSimulator.Results;
using ResPrune.FleetSimulator.Storage;

namespace ResPrune.FleetSimulator.Running;

/// <summary>One batch from submission to its end on a simulated fleet.</summary>
internal static class Simulation
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    /// <summary>Runs it.</summary>
    /// <param name="options">What is simulated.</param>
    /// <param name="progress">Told a line now and then.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="InvalidOperationException">Simulated time stood still: the simulator or the fleet hangs.</exception>
    public static async Task<SimulationResult> RunAsync(SimulationOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        var real = Stopwatch.StartNew();
        var world = new World(options);
        using var blobs = world.Blobs;
        using var hand = new ClockHand(world.Time, () => world.Calls.IsUnderWay);
        await using var fleet = await SimulatedFleet.StartAsync(world);
        progress($"{options.Control + options.Silos} silos started in {real.Elapsed.TotalSeconds:F0} s");
        var batch = await SubmitAsync(world, cancellationToken);
        var memory = new MemorySamples(hand);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var preemption = new Preemption(world, fleet, hand);
        real.Restart();
        hand.Release();
        var losses = preemption.RunAsync(ended.Token);
        var last = await WatchAsync(world, fleet, hand, batch, memory, progress, cancellationToken);
        await ended.CancelAsync();
        await losses;
        hand.Hold();
        memory.Take("at the end");
        var finalizer = new BatchFinalizer(world.Blobs, world.Time);
        return new SimulationResult
        {
            Options = options,
            Last = last,
            Record = (await new BatchCatalog(world.Blobs).ReadAsync(batch, cancellationToken))!.Record,
            Manifest = await finalizer.ReadManifestAsync(batch, cancellationToken),
            Commits = await world.Blobs.ListAsync(BatchBlobs.Commits(batch), cancellationToken).LongCountAsync(cancellationToken),
            Results = world.Blobs.Results,
            Planned = world.Milestones.Planned,
            LastCommit = world.Milestones.LastCommit,
            Ended = world.Time.Elapsed,
            Devices = [.. fleet.Machines.SelectMany(machine => machine.Devices).Select(device => (device.Slowness, device.Spent()))],
            SilosLost = preemption.Lost,
            SilosReplaced = preemption.Replaced,
            Calls = world.Calls.Counts,
            LongestCall = world.Calls.Longest,
            BusiestGrain = world.Turns.Busiest,
            Storage = world.Storage.ByKind,
            Memory = memory.Samples,
            Real = real.Elapsed,
            Moves = hand.Moves,
        };
    }

    private static async Task<BatchId> SubmitAsync(World world, CancellationToken cancellationToken)
    {
        await world.Blobs.WriteAsync(GeneratedInput.Picture, new byte[256], BlobWriteCondition.Always, cancellationToken);
        var batch = BatchId.New(world.Time);
        var spec = new BatchSpec { Model = "timekeeping", RowsPerShard = world.Options.RowsPerShard, ImageRoot = "pictures" };
        await new BatchSubmitter(world.Blobs, world.Time)
            .SubmitAsync(batch, new JsonLinesInput(world.Blobs, FleetBlobs.Questions), spec, null, cancellationToken);
        return batch;
    }

    private static async Task<BatchSnapshot> WatchAsync(
        World world, SimulatedFleet fleet, ClockHand hand, BatchId batch, MemorySamples memory, Action<string> progress, CancellationToken cancellationToken)
    {
        var coordinator = fleet.Grains.GetGrain<IBatchGrain>(batch.Value);
        await coordinator.StartAsync(cancellationToken);
        var quarters = -1;
        while (true)
        {
            var snapshot = await coordinator.GetSnapshotAsync(cancellationToken).WaitAsync(cancellationToken);
            if (snapshot.IsTerminal) return snapshot;
            var reached = snapshot.Shards == 0 ? -1 : snapshot.ShardsCommitted * 4 / snapshot.Shards;
            if (reached > quarters)
            {
                quarters = reached;
                progress($"{world.Time.Elapsed.TotalSeconds,8:F1} s: {snapshot.Committed.Rows} of {snapshot.Rows} rows committed, "
                    + $"{snapshot.ShardsLeased} shards held, {snapshot.Retries} retries{(snapshot.Problem is null ? "" : $", {snapshot.Problem}")}");
                memory.Take(quarters switch { 0 => "planned", 4 => "all committed", _ => $"{quarters} of 4 quarters committed" });
            }

            var pause = world.Time.WaitAsync(Look, cancellationToken);
            while (await Task.WhenAny(pause, Task.Delay(1000, cancellationToken)) != pause)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (hand.Stuck is { } stuck) throw new InvalidOperationException($"Simulated time stands still: {stuck}.");
            }
        }
    }
}

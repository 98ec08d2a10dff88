using System.Diagnostics;
using ResPrune.Batch.Batches;
using ResPrune.Chaos.Faults;
using ResPrune.Chaos.Fleet;
using ResPrune.TinyModel.Export;

namespace ResPrune.Chaos.Scenarios;

/// <summary>Runs one scenario on a fleet that is whole, and looks at what is left.</summary>
internal sealed class ScenarioRunner(ChaosFleet fleet, References references, int rows)
{
    private const int RowsPerShard = 4;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(30);

    /// <summary>The last batch that was submitted.</summary>
    public BatchId? Batch { get; private set; }

    /// <summary>Runs it.</summary>
    public async Task<ScenarioOutcome> RunAsync(Scenario scenario)
    {
        var elapsed = Stopwatch.StartNew();
        var before = fleet.Slots.Select(slot => slot.Silos.Count - 1).ToList();
        var job = new ChaosJob
        {
            Rows = ChaosInput.Draw(scenario.Seed, rows),
            RowsPerShard = RowsPerShard,
            // Where there are two models, a batch that names none may be answered by either.
            Model = scenario.Has(FaultKind.OtherModel) ? BundledModel.Name : null,
        };
        Batch = await job.SubmitAsync(fleet);
        using var ended = new CancellationTokenSource();
        var faults = new FleetFaults(fleet, job.Batch.Value, ended.Token);
        var neighbours = new Neighbours(fleet, references, scenario.Seed);
        Task Begin(Fault fault) => Neighbours.IsOne(fault.Kind) ? neighbours.BeginAsync(fault) : faults.BeginAsync(fault);
        var complaints = new List<string>();
        if (await WatchAsync(scenario, job.Batch, Begin, neighbours, ended) is { } hung) complaints.Add(hung);
        else complaints.AddRange(await new Verifier(fleet.Store.Direct, references.Bundled).CheckAsync(job.Batch, job.Rows));
        if (complaints.Count == 0) complaints.AddRange(await neighbours.CheckAsync());
        await fleet.DismissAsync();
        complaints.AddRange(await Leftovers.FindAsync(fleet));
        complaints.AddRange(fleet.Store.Complaints());
        // A start may be refused while the store or Redis is away, and only then.
        var mayRefuse = scenario.Faults.Any(fault => fault.Kind >= FaultKind.RedisAway);
        complaints.AddRange(fleet.Slots.SelectMany((slot, n) => slot.Silos.Skip(before[n]))
            .Where(silo => !(mayRefuse && silo.WasRefused)).Select(silo => silo.Complaint()).OfType<string>());
        var struck = faults.Struck.Concat(neighbours.Struck).ToHashSet();
        return new ScenarioOutcome(elapsed.Elapsed, [.. scenario.Faults.Where(fault => !struck.Contains(fault))], complaints);
    }

    /// <summary>Lets the faults strike and waits until they are over and all batches have ended; says what does not end, or nothing.</summary>
    private async Task<string?> WatchAsync(
        Scenario scenario, BatchId batch, Func<Fault, Task> begin, Neighbours neighbours, CancellationTokenSource ended)
    {
        var watch = new BatchWatch(fleet.Store.Direct, batch);
        var waiting = new Queue<Fault>(scenario.Faults);
        var running = new List<Task>();
        var calm = Stopwatch.StartNew();
        while (!await watch.HasEndedAsync())
        {
            var committed = await watch.CommittedAsync();
            while (committed is not null && watch.Shards > 0 && waiting.TryPeek(out var next) && committed.Count >= next.At * watch.Shards)
                running.Add(begin(waiting.Dequeue()));
            if (HasHung()) return $"the batch had not ended {Deadline.TotalSeconds:0} s after the last fault";
            fleet.RestartEnded();
            await Task.Delay(Look);
        }

        // What has begun is seen to its end.
        while (true)
        {
            var open = await neighbours.OpenAsync();
            if (open.Count == 0 && running.TrueForAll(fault => fault.IsCompleted)) break;
            if (open.Count == 0) await ended.CancelAsync();
            if (HasHung()) return $"{string.Join(" and ", open)} had not ended {Deadline.TotalSeconds:0} s after the last fault";
            fleet.RestartEnded();
            await Task.Delay(Look);
        }

        await Task.WhenAll(running);
        return null;

        bool HasHung()
        {
            if (running.Exists(fault => !fault.IsCompleted)) calm.Restart();
            return calm.Elapsed > Deadline;
        }
    }
}

using System.Diagnostics;
using ResPrune.Batch.Batches;
using ResPrune.Chaos.Faults;
using ResPrune.Chaos.Fleet;

namespace ResPrune.Chaos.Scenarios;

/// <summary>Runs one scenario on a fleet that is whole, and looks at what is left.</summary>
internal sealed class ScenarioRunner(ChaosFleet fleet, Reference reference, int rows)
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
        var input = ChaosInput.Draw(scenario.Seed, rows);
        var batch = await ChaosJob.SubmitAsync(fleet, input, RowsPerShard);
        Batch = batch;
        var faults = new FleetFaults(fleet, batch.Value);
        var complaints = new List<string>();
        if (!await WatchAsync(scenario, batch, faults)) complaints.Add($"the batch had not ended {Deadline.TotalSeconds:0} s after the last fault");
        else complaints.AddRange(await new Verifier(fleet.Store.Direct, reference).CheckAsync(batch, input));
        complaints.AddRange(await Leftovers.FindAsync(fleet));
        complaints.AddRange(fleet.Store.Complaints());
        // A start may be refused while the store or Redis is away, and only then.
        var mayRefuse = scenario.Faults.Any(fault => fault.Kind >= FaultKind.RedisAway);
        complaints.AddRange(fleet.Slots.SelectMany((slot, n) => slot.Silos.Skip(before[n]))
            .Where(silo => !(mayRefuse && silo.WasRefused)).Select(silo => silo.Complaint()).OfType<string>());
        return new ScenarioOutcome(elapsed.Elapsed, [.. scenario.Faults.Where(fault => !faults.Struck.Contains(fault))], complaints);
    }

    /// <summary>Lets the faults strike and waits until they are over and the batch has ended; false when it does not end.</summary>
    private async Task<bool> WatchAsync(Scenario scenario, BatchId batch, FleetFaults faults)
    {
        var watch = new BatchWatch(fleet.Store.Direct, batch);
        var waiting = new Queue<Fault>(scenario.Faults);
        var running = new List<Task>();
        var calm = Stopwatch.StartNew();
        while (!await watch.HasEndedAsync())
        {
            var committed = await watch.CommittedAsync();
            while (committed is not null && watch.Shards > 0 && waiting.TryPeek(out var next) && committed.Count >= next.At * watch.Shards)
                running.Add(faults.BeginAsync(waiting.Dequeue()));
            if (running.Exists(fault => !fault.IsCompleted)) calm.Restart();
            if (calm.Elapsed > Deadline) return false;
            fleet.RestartEnded();
            await Task.Delay(Look);
        }

        await Task.WhenAll(running);
        return true;
    }
}

using System.Diagnostics;
using System.Globalization;
using ResPrune.Batch.Batches;
using ResPrune.Chaos.Fleet;
using ResPrune.Chaos.Scenarios;
using ResPrune.Chaos.Stores;

namespace ResPrune.Chaos.Measuring;

/// <summary>
/// Measures how long a fleet takes to get over a fault. Shards are given out in order, so at the moment of the signal those that anybody can
/// hold are among the first (committed + 6 a worker: two being answered, four being written). The fleet has recovered when all of these are
/// committed, which takes back what the victim held, and one beyond them, which takes a coordinator that gives out work.
/// </summary>
internal sealed class RecoveryRun(int repetitions, string folder, TextWriter output)
{
    private const int Workers = 2;
    private const int HeldByWorker = 6;
    private const int Rows = 150;
    private const int Before = 15;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs every case so many times; false when a median misses its target.</summary>
    public async Task<bool> RunAsync()
    {
        await using var store = FolderUnderTest.Create(Path.Combine(folder, "disk"));
        await ChaosJob.StorePicturesAsync(store.Direct);
        // What a worker may hold must be few shards, so that there are others; by default it is many of one row.
        var settings = new Dictionary<string, string> { ["RESPRUNE__WORKER__TINYSHARDSINFLIGHT"] = "2" };
        await using var fleet = new ChaosFleet(folder, store, Workers) { Settings = settings };
        await fleet.Redis.StartAsync();
        var seconds = RecoveryCase.All.ToDictionary(recovery => recovery, _ => new List<double>());
        // Round by round: what else the machine does meanwhile meets all cases alike.
        for (var n = 0; n < repetitions; n++)
            foreach (var recovery in RecoveryCase.All) seconds[recovery].Add(await MeasureAsync(fleet, recovery, n));
        await fleet.DrainAsync();
        return seconds.Select(pair => IsMet(pair.Key, pair.Value)).ToList().TrueForAll(met => met);
    }

    private bool IsMet(RecoveryCase recovery, List<double> seconds)
    {
        seconds.Sort();
        var median = (seconds[(seconds.Count - 1) / 2] + seconds[seconds.Count / 2]) / 2;
        var all = string.Join(' ', seconds.Select(value => value.ToString("0.0", CultureInfo.InvariantCulture)));
        var met = !(median > recovery.Target);
        var verdict = recovery.Target is { } target ? $", target {target} s: {(met ? "met" : "MISSED")}" : "";
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{recovery.Name,-34} median {median:0.0} s of {seconds.Count} ({all}){verdict}"));
        return met;
    }

    private static async Task<double> MeasureAsync(ChaosFleet fleet, RecoveryCase recovery, int repetition)
    {
        await fleet.MakeWholeAsync();
        var batch = await new ChaosJob { Rows = ChaosInput.Draw(repetition, Rows), RowsPerShard = 1 }.SubmitAsync(fleet);
        var watch = new BatchWatch(fleet.Store.Direct, batch);
        await UntilAsync(watch, batch, committed => committed.Count >= Before);
        var victim = recovery.IsControl ? fleet.CoordinatorOf(batch.Value)?.Silo : fleet.Whole(control: false).ElementAt(repetition % Workers).Silo;
        if (victim is null) throw new InvalidOperationException($"Nobody coordinates {batch}; see {fleet.Folder}.");
        var elapsed = Stopwatch.StartNew();
        if (recovery.Signal == "KILL") victim.Kill();
        if (recovery.Signal == "STOP") victim.Stop();
        var heldBefore = (await watch.CommittedAsync())!.Count + (Workers * HeldByWorker);
        await UntilAsync(watch, batch, committed => IsRecovered(committed, heldBefore));
        var seconds = elapsed.Elapsed.TotalSeconds;
        if (recovery.Signal == "STOP") victim.Kill();
        await UntilAsync(watch, batch, committed => committed.Count == Rows);
        while (!await watch.HasEndedAsync()) await Task.Delay(Look);
        return seconds;
    }

    private static bool IsRecovered(IReadOnlyList<int> committed, int heldBefore) =>
        committed.Count(shard => shard < heldBefore) == heldBefore && committed.Any(shard => shard >= heldBefore);

    private static async Task UntilAsync(BatchWatch watch, BatchId batch, Func<IReadOnlyList<int>, bool> isSo)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(Look))
        {
            var committed = await watch.CommittedAsync();
            if (committed is not null && isSo(committed)) return;
            if (waited.Elapsed > Deadline) throw new TimeoutException(
                $"{batch} stands still with {committed?.Count} of {watch.Shards} shards committed: {string.Join(' ', committed ?? [])}");
        }
    }
}

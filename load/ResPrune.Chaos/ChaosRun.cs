using System.Diagnostics;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Storage;
using ResPrune.Chaos.Faults;
using ResPrune.Chaos.Fleet;
using ResPrune.Chaos.Scenarios;
using ResPrune.Chaos.Stores;

namespace ResPrune.Chaos;

/// <summary>Runs the scenarios of many seeds, those on one store on one fleet.</summary>
internal sealed class ChaosRun(ChaosOptions options, string folder, TextWriter output)
{
    private const int Workers = 3;

    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private int _ran;
    private int _bad;
    private int _evictions;

    /// <summary>Seeds with violations.</summary>
    public int Bad => _bad;

    /// <summary>Runs them all; stops at the first violation unless told otherwise.</summary>
    public async Task RunAsync()
    {
        var lengths = options.Whole ? FaultLengths.Whole : FaultLengths.Short;
        var scenarios = Enumerable.Range(options.From, options.Count).Select(seed => Scenario.Draw(seed, lengths, options.Store)).ToList();
        var otherModel = OtherModel.Create(folder);
        var references = await ComputeAsync(otherModel, needsOther: scenarios.Any(scenario => scenario.Has(FaultKind.OtherModel)));
        foreach (var group in scenarios.GroupBy(scenario => scenario.Store).OrderBy(group => group.Key))
        {
            if (!await RunAsync(group.Key, [.. group], references, otherModel)) break;
        }

        if (_evictions > 0) output.WriteLine($"silos that were taken for dead though nothing was done to them, and started again: {_evictions}");
        output.WriteLine($"{_ran} seeds, {_bad} with violations, {_elapsed.Elapsed.TotalSeconds:0} s");
    }

    private async Task<References> ComputeAsync(string otherModel, bool needsOther)
    {
        var bundled = await Reference.ComputeAsync(null, Path.Combine(folder, "reference"));
        var other = needsOther ? await Reference.ComputeAsync(otherModel, Path.Combine(folder, "other-reference")) : null;
        var alike = other is null ? "" : $"; the other model answers {other.CountSame(bundled)} of them alike";
        output.WriteLine($"undisturbed answers to {ChaosInput.Everything.Count} questions computed in {_elapsed.Elapsed.TotalSeconds:0} s{alike}");
        return new References(bundled, other);
    }

    private async Task<bool> RunAsync(StoreKind kind, IReadOnlyList<Scenario> scenarios, References references, string otherModel)
    {
        var place = Directory.CreateDirectory(Path.Combine(folder, kind.ToString())).FullName;
        await using StoreUnderTest store = kind == StoreKind.Folder
            ? FolderUnderTest.Create(Path.Combine(place, "disk"))
            : await ContainerUnderTest.CreateAsync(options.BreakCommits);
        await ChaosJob.StorePicturesAsync(store.Direct);
        await using var fleet = new ChaosFleet(place, store, Workers, otherModel);
        await fleet.Redis.StartAsync();
        var runner = new ScenarioRunner(fleet, references, options.Rows);
        foreach (var scenario in scenarios)
            if (!await RunAsync(runner, fleet, scenario) && !options.KeepGoing) return false;
        _evictions += fleet.Evictions;
        var complaints = await fleet.DrainAsync();
        if (complaints.Count == 0) return true;
        _bad++;
        await KeepAsync(fleet, $"end-{kind}", null, complaints);
        return options.KeepGoing;
    }

    private async Task<bool> RunAsync(ScenarioRunner runner, ChaosFleet fleet, Scenario scenario)
    {
        _ran++;
        ScenarioOutcome outcome;
        try
        {
            await fleet.MakeWholeAsync();
            outcome = await runner.RunAsync(scenario);
        }
        catch (Exception exception)
        {
            // Whatever it is, a fleet that cannot be started or asked is a finding, and its logs tell why.
            outcome = new ScenarioOutcome(TimeSpan.Zero, scenario.Faults, [exception.Message]);
        }

        var faults = string.Join(", ", scenario.Faults.Select(fault => outcome.Missed.Contains(fault) ? $"({fault})" : fault.ToString()));
        var verdict = outcome.Complaints.Count == 0 ? "ok" : "VIOLATED";
        output.WriteLine($"seed {scenario.Seed}  {scenario.Store}  {outcome.Elapsed.TotalSeconds:0.0} s  {verdict}  {faults}");
        if (outcome.Complaints.Count == 0) return true;
        _bad++;
        await KeepAsync(fleet, $"seed-{scenario.Seed}", runner.Batch, outcome.Complaints);
        return false;
    }

    /// <summary>Keeps what the silos said and what is in the batch's folder.</summary>
    private async Task KeepAsync(ChaosFleet fleet, string name, BatchId? batch, IReadOnlyList<string> complaints)
    {
        var kept = Path.GetFullPath(Path.Combine(options.Evidence, name));
        if (Directory.Exists(kept)) Directory.Delete(kept, recursive: true);
        Directory.CreateDirectory(kept);
        await File.WriteAllLinesAsync(Path.Combine(kept, "violations.txt"), complaints);
        foreach (var log in Directory.GetFiles(Path.Combine(fleet.Folder, "logs"))) File.Copy(log, Path.Combine(kept, Path.GetFileName(log)));
        try
        {
            if (batch is { } id) await KeepBatchAsync(fleet.Store.Direct, BatchBlobs.Folder(id), Path.Combine(kept, "batch"));
        }
        catch (IOException exception)
        {
            // The other seeds are not to be lost with what could be kept of this one.
            output.WriteLine($"  not all of the batch is kept: {exception.Message}");
        }

        foreach (var complaint in complaints.Take(5)) output.WriteLine($"  {complaint}");
        if (complaints.Count > 5) output.WriteLine($"  and {complaints.Count - 5} more");
        output.WriteLine($"  kept in {kept}");
    }

    private static async Task KeepBatchAsync(IBlobStore store, string prefix, string target)
    {
        await foreach (var blob in store.ListAsync(prefix, CancellationToken.None))
        {
            if (await store.ReadAsync(blob, Array.MaxLength, CancellationToken.None) is not { } content) continue;
            var path = Path.Combine(target, blob[prefix.Length..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content.Bytes.ToArray());
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using ResPrune.Batch.Storage;
using ResPrune.Chaos.Devices;
using ResPrune.Chaos.Fleet;
using ResPrune.Chaos.Scenarios;
using ResPrune.Chaos.Stores;

namespace ResPrune.Chaos.Measuring;

/// <summary>
/// Measures what a batch that cannot be opened costs the batch beside it. The broken one is more urgent, and submitted when the other one has begun.
/// Devices only keep time, so that what they are kept waiting for is seen.
/// </summary>
internal sealed class NeighbourRun(int repetitions, string folder, TextWriter output)
{
    private const int Workers = 2;
    private const int Rows = 1200;
    private const int BrokenRows = 64;
    private const int RowsPerShard = 16;
    private const int Urgent = 100;
    private const double Target = 0.95;
    private const string Unreachable = "azure:images";

    // Port 9 (discard): nobody listens. The key is the one that everybody knows of the emulator.
    private const string Nowhere =
        "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;BlobEndpoint=http://127.0.0.1:9/devstoreaccount1;"
        + "AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(15);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Image roots of the batch beside; null for none.</summary>
    private static readonly (string Name, string? ImageRoot)[] Cases =
    [
        ("alone", null), ("beside one that is refused", "/etc"), ("beside one that is out of reach", Unreachable),
    ];

    /// <summary>Runs every case so many times; false when a batch lost more of its speed than it may.</summary>
    public async Task<bool> RunAsync()
    {
        await using var store = FolderUnderTest.Create(Path.Combine(folder, "disk"));
        await ChaosJob.StorePicturesAsync(store.Direct);
        var settings = new Dictionary<string, string>
        {
            [ChaosSilo.PaceVariable] = Pace.ToString("c", CultureInfo.InvariantCulture),
            [BlobStoresOptions.ConnectionStringVariable] = Nowhere,
            ["RESPRUNE__IMAGES__CONTAINERS__0"] = Unreachable,
        };
        await using var fleet = new ChaosFleet(folder, store, Workers) { Settings = settings };
        await fleet.Redis.StartAsync();
        await fleet.MakeWholeAsync();
        var seconds = Cases.Select(_ => new List<double>()).ToArray();
        // The first batch of a fleet is slower than the others. Round by round: what else the machine does meanwhile meets all cases alike.
        await MeasureAsync(fleet, null);
        for (var n = 0; n < repetitions; n++)
            for (var i = 0; i < Cases.Length; i++) seconds[i].Add(await MeasureAsync(fleet, Cases[i].ImageRoot));
        await fleet.DrainAsync();
        var alone = Median(seconds[0]);
        return Cases.Select((_, i) => IsMet(i, seconds[i], alone)).ToList().TrueForAll(met => met);
    }

    private bool IsMet(int index, List<double> seconds, double alone)
    {
        var (median, speed) = (Median(seconds), alone / Median(seconds));
        var all = string.Join(' ', seconds.Select(value => value.ToString("0.00", CultureInfo.InvariantCulture)));
        var verdict = index == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture, $", {speed:P1} of its speed alone, at least {Target:P0}: {(speed >= Target ? "met" : "MISSED")}");
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Cases[index].Name,-31} median {median:0.00} s of {seconds.Count} ({all}){verdict}"));
        return speed >= Target;
    }

    private static double Median(List<double> seconds)
    {
        var sorted = seconds.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    private static async Task<double> MeasureAsync(ChaosFleet fleet, string? imageRoot)
    {
        var job = new ChaosJob { Rows = ChaosInput.Draw(1, Rows), RowsPerShard = RowsPerShard };
        await job.SubmitAsync(fleet);
        var elapsed = Stopwatch.StartNew();
        if (imageRoot is null)
        {
            await EndAsync(fleet, job);
            return elapsed.Elapsed.TotalSeconds;
        }

        var broken = new ChaosJob { Rows = ChaosInput.Draw(2, BrokenRows), RowsPerShard = RowsPerShard, ImageRoot = imageRoot, Priority = Urgent };
        var submitted = broken.SubmitAsync(fleet);
        await EndAsync(fleet, job);
        var seconds = elapsed.Elapsed.TotalSeconds;
        await submitted;
        await EndAsync(fleet, broken);
        var complaints = await Verifier.CheckFailedAsync(fleet.Store.Direct, broken.Batch);
        return complaints.Count == 0 ? seconds : throw new InvalidOperationException($"{broken.Batch}, images in {imageRoot}: {complaints[0]}");
    }

    private static async Task EndAsync(ChaosFleet fleet, ChaosJob job)
    {
        var watch = new BatchWatch(fleet.Store.Direct, job.Batch);
        for (var waited = Stopwatch.StartNew(); !await watch.HasEndedAsync(); await Task.Delay(Look))
            if (waited.Elapsed > Deadline) throw new TimeoutException($"{job.Batch} had not ended after {Deadline}; its images are in {job.ImageRoot}.");
    }
}

using System.Globalization;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.FleetCost.Silos;
using ResPrune.Server.Fleet;

namespace ResPrune.FleetCost.Starvation;

/// <summary>One batch on one control silo and a few workers whose devices only keep time; what the devices say they waited.</summary>
internal sealed class StarvationRun(TextWriter output)
{
    private const string Pictures = "cost-pictures";
    private const string Counter = "resprune_device_starved_seconds_total{";
    private const int PictureCount = 12;

    // As a photograph of half a megapixel.
    private const int PictureBytes = 100_000;

    public required int Workers { get; init; }

    public required int Rows { get; init; }

    public required TimeSpan BatchTime { get; init; }

    public required bool IsContainer { get; init; }

    public required double AtMost { get; init; }

    /// <summary>Runs it; the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var fleet = await CostFleet.StartAsync(IsContainer);
        await fleet.AddAsync([CostFleet.Silo("control-0", isControl: true)]);
        var workers = await fleet.AddAsync(
            Enumerable.Range(0, Workers).Select(number => CostFleet.Silo($"worker-{number}", isControl: false) with { BatchTime = BatchTime }));
        await using var client = await FleetClient.ConnectAsync(fleet.Connection, cancellationToken);
        await WriteInputAsync(client.Store, cancellationToken);
        var batch = BatchId.New(TimeProvider.System);
        var spec = new BatchSpec { Model = "timekeeping", ImageRoot = StoreImageRoots.LocationOf(Pictures) };
        await new BatchSubmitter(client.Store, TimeProvider.System).SubmitAsync(batch, new JsonLinesInput(client.Store, Input), spec, null, cancellationToken);
        await FleetClient.AskAsync(token => client.Batches.StartAsync(batch, token), TimeSpan.FromMinutes(2), cancellationToken);
        var last = await client.WatchAsync(batch, TimeSpan.FromMilliseconds(500), _ => { }, cancellationToken).LastAsync(cancellationToken);
        var counted = await Task.WhenAll(workers.Select(worker => CountedAsync(worker, cancellationToken)));
        // One after another: a silo that leaves must not find all others leaving.
        var devices = new List<DeviceTime>();
        foreach (var worker in workers) devices.Add(await worker.StopWorkerAsync());
        if (last.Committed.Answered != Rows) output.WriteLine($"WRONG    {last.Committed.Answered} of {Rows} rows answered; {last.Status} {last.Problem}");
        return Print(devices, counted, last.Retries) && last.Committed.Answered == Rows ? 0 : 1;
    }

    private const string Input = "cost-questions.jsonl";

    private bool Print(List<DeviceTime> devices, double[] counted, int retries)
    {
        const int Batch = 8;
        Line($"fleet      1 control silo, {Workers} workers with a device each, {(IsContainer ? "container of Azurite" : "folder")}; {BatchTime.TotalMilliseconds:F0} ms a micro-batch of {Batch}");
        foreach (var (number, device) in devices.Index())
        {
            Line($"worker-{number}   busy {device.Busy:F2} s, starved {device.Starved:F2} s ({counted[number]:F2} s in its metrics): {Share(device):P2}");
            Line($"           {device.Rows:N0} rows in {device.Batches:N0} micro-batches");
        }

        var whole = devices.Max(device => device.Last) - devices.Min(device => device.First);
        var share = devices.Sum(device => device.Starved) / devices.Sum(device => device.Starved + device.Busy);
        var bound = Rows * BatchTime.TotalSeconds / (Batch * Workers);
        Line($"all        starved {share:P2}, utilisation {devices.Sum(device => device.Busy) / (whole * Workers):P2} of {whole:F2} s (bound {bound:F2} s), {retries} retries");
        Line($"overhead   {(whole - bound) * Workers * 1000 / Rows:F3} ms of a device a row");
        var isMet = devices.All(device => Share(device) <= AtMost);
        Line($"{(isMet ? "met" : "MISSED")}        at most {AtMost:P0} of any device's time starved");
        return isMet;

        static double Share(DeviceTime device) => device.Starved / (device.Starved + device.Busy);
        void Line(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    }

    private async Task WriteInputAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        var picture = new byte[PictureBytes];
        for (var number = 0; number < PictureCount; number++)
        {
            new Random(number).NextBytes(picture);
            await store.WriteAsync($"{Pictures}/{number}.jpg", picture, BlobWriteCondition.Always, cancellationToken);
        }

        var upload = await store.BeginUploadAsync(Input, cancellationToken);
        await using (upload)
        {
            await using var lines = new StreamWriter(upload.Content, leaveOpen: true);
            for (var row = 0; row < Rows; row++)
                await lines.WriteLineAsync($$"""{"id":"row-{{row}}","image":"{{row % PictureCount}}.jpg","question":"What is in picture {{row}}?"}""");
            await lines.FlushAsync(cancellationToken);
            await upload.CompleteAsync(BlobWriteCondition.Always, cancellationToken);
        }
    }

    private static async Task<double> CountedAsync(SiloProcess worker, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var metrics = await http.GetStringAsync(new Uri(worker.Metrics), cancellationToken);
        var line = metrics.Split('\n').First(line => line.StartsWith(Counter, StringComparison.Ordinal));
        return double.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }
}

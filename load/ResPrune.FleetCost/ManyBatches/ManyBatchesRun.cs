using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.FleetCost.Silos;
using ResPrune.Server.Fleet;

namespace ResPrune.FleetCost.ManyBatches;

/// <summary>
/// Many batches of one row, all silos killed when the last is submitted, others started; every request of a silo to the store is slow. All must complete,
/// and every id must be in its results once.
/// </summary>
internal sealed class ManyBatchesRun(TextWriter output)
{
    private const string Pictures = "cost-pictures";
    private const int Abreast = 32;

    // A fleet that comes no further for so long hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly HashSet<BatchId> _open = [];

    public required int Batches { get; init; }

    public required TimeSpan Latency { get; init; }

    public required int Workers { get; init; }

    /// <summary>Runs it; the exit code.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        await using var fleet = await CostFleet.StartAsync(isContainer: true, isSlowable: true);
        var silos = await StartSilosAsync(fleet, "first");
        await fleet.Store.WriteAsync($"{Pictures}/0.jpg", new byte[100_000], BlobWriteCondition.Always, cancellationToken);
        fleet.SlowDown(Latency);
        var watch = Stopwatch.StartNew();
        await SubmitAsync(fleet, cancellationToken);
        Line($"submitted  {Batches} batches of one row in {watch.Elapsed.TotalSeconds:F1} s, every request of a silo to the store {Latency.TotalSeconds:0.###} s late");
        await Task.WhenAll(silos.Select(silo => silo.KillAsync()));
        watch.Restart();
        await CountEndedAsync(fleet.Store, cancellationToken);
        Line($"killed     all {silos.Count} silos; {Batches - _open.Count} batches had ended");
        await StartSilosAsync(fleet, "second");
        Line($"started    {silos.Count} others after {watch.Elapsed.TotalSeconds:F1} s");
        if (!await WaitAsync(fleet.Store, watch, cancellationToken)) return 1;
        Line($"completed  all {Batches} batches {watch.Elapsed.TotalSeconds:F1} s after the kill");
        return await CheckAsync(fleet.Store, cancellationToken);
    }

    private Task<IReadOnlyList<SiloProcess>> StartSilosAsync(CostFleet fleet, string generation) => fleet.AddAsync(
    [
        .. Enumerable.Range(0, 2).Select(number => CostFleet.Silo($"{generation}-control-{number}", isControl: true) with { IsPatient = false }),
        .. Enumerable.Range(0, Workers).Select(number => CostFleet.Silo($"{generation}-worker-{number}", isControl: false) with { IsPatient = false }),
    ]);

    private async Task SubmitAsync(CostFleet fleet, CancellationToken cancellationToken)
    {
        await using var client = await FleetClient.ConnectAsync(fleet.Connection, cancellationToken);
        var spec = new BatchSpec { Model = "timekeeping", ImageRoot = StoreImageRoots.LocationOf(Pictures) };
        var submitter = new BatchSubmitter(fleet.Store, TimeProvider.System);
        var abreast = new ParallelOptions { MaxDegreeOfParallelism = Abreast, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, Batches), abreast, async (number, token) =>
        {
            var batch = BatchId.New(TimeProvider.System);
            var name = $"cost-questions/{number}.jsonl";
            var line = $$"""{"id":"{{batch.Value}}","image":"0.jpg","question":"What is in it?"}""";
            await fleet.Store.WriteAsync(name, Encoding.UTF8.GetBytes(line), BlobWriteCondition.Always, token);
            await submitter.SubmitAsync(batch, new JsonLinesInput(fleet.Store, name), spec, null, token);
            lock (_open) _open.Add(batch);
            // Nobody waits for a coordinator on a slow store: the batch is stored, and found by the fleet's reminder whatever becomes of this call.
            _ = StartAsync(client, batch, token);
        });
    }

    private static async Task StartAsync(FleetClient client, BatchId batch, CancellationToken cancellationToken)
    {
        try
        {
            await client.Batches.StartAsync(batch, cancellationToken);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Its silo was killed.
        }
    }

    private async Task<bool> WaitAsync(IBlobStore store, Stopwatch watch, CancellationToken cancellationToken)
    {
        var (open, since, shown) = (_open.Count, Stopwatch.StartNew(), Stopwatch.StartNew());
        while (_open.Count > 0)
        {
            await Task.Delay(Pause, cancellationToken);
            await CountEndedAsync(store, cancellationToken);
            if (_open.Count < open) (open, since) = (_open.Count, Stopwatch.StartNew());
            if (shown.Elapsed > TimeSpan.FromSeconds(15))
            {
                Line($"           {watch.Elapsed.TotalSeconds:F0} s: {Batches - open} ended");
                shown.Restart();
            }

            if (since.Elapsed <= Patience) continue;
            Line($"HANGS      {open} batches are open and none ended for {Patience.TotalMinutes:F0} minutes: {string.Join(", ", _open.Take(5))}");
            return false;
        }

        return true;
    }

    private async Task CountEndedAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        var catalog = new BatchCatalog(store);
        var abreast = new ParallelOptions { MaxDegreeOfParallelism = Abreast, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(_open.ToList(), abreast, async (batch, token) =>
        {
            if ((await catalog.ReadAsync(batch, token))?.Record.IsTerminal != true) return;
            lock (_open) _open.Remove(batch);
        });
    }

    private async Task<int> CheckAsync(IBlobStore store, CancellationToken cancellationToken)
    {
        var catalog = new BatchCatalog(store);
        var finalizer = new BatchFinalizer(store, TimeProvider.System);
        var (right, attempts, wrong) = (0, 0, new List<string>());
        await foreach (var batch in catalog.ListIdsAsync(cancellationToken))
        {
            var record = (await catalog.ReadAsync(batch, cancellationToken))!.Record;
            var manifest = await finalizer.ReadManifestAsync(batch, cancellationToken);
            var lines = manifest is null ? [] : await LinesAsync(store, manifest.Output, cancellationToken);
            var commits = await store.ListAsync(BatchBlobs.Commits(batch), cancellationToken).CountAsync(cancellationToken);
            attempts += await store.ListAsync($"{BatchBlobs.Folder(batch)}attempts/", cancellationToken).CountAsync(cancellationToken);
            if (record.Status == BatchStatus.Completed && lines is [var id] && id == batch.Value && commits == 1) right++;
            else wrong.Add($"{batch.Value}: {record.Status}, {lines.Count} lines, {commits} commits");
        }

        foreach (var complaint in wrong.Take(10)) Line($"WRONG      {complaint}");
        Line($"checked    {right} of {Batches} batches completed with their id once and one commit; {attempts} attempts were written");
        return right == Batches ? 0 : 1;
    }

    private static async Task<IReadOnlyList<string>> LinesAsync(IBlobStore store, FileReference file, CancellationToken cancellationToken)
    {
        if (await store.ReadAsync(file.Blob, 1 << 20, cancellationToken) is not { } content) return [];
        var lines = Encoding.UTF8.GetString(content.Bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. lines.Select(line => JsonElement.Parse(line).GetProperty("id").GetString()!)];
    }

    private void Line(FormattableString line)
    {
        output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
        output.Flush();
    }
}

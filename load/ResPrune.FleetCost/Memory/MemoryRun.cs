using System.Diagnostics;
using System.Globalization;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Batches;
using ResPrune.FleetCost.Silos;
using ResPrune.Server.Fleet;

namespace ResPrune.FleetCost.Memory;

/// <summary>
/// Memory of the process of a control silo, a new one for each size, while it plans a batch, gives out all its shards and writes the files. The
/// workers are in this process and answer without engine or pictures; what they say to the silo and write to the store is what workers do.
/// </summary>
internal static class MemoryRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>Runs every size; the exit code.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<int> sizes, int workers, TextWriter output, CancellationToken cancellationToken)
    {
        var measured = new List<ControlMemory>();
        foreach (var rows in sizes)
        {
            var memory = await MeasureAsync(rows, workers, cancellationToken);
            measured.Add(memory);
            foreach (var line in memory.Lines()) output.WriteLine(line);
        }

        var (first, last) = (measured[0], measured[^1]);
        if (measured.Count > 1) output.WriteLine(last.Against(first));
        return 0;
    }

    private static async Task<ControlMemory> MeasureAsync(int rows, int workers, CancellationToken cancellationToken)
    {
        await using var fleet = await CostFleet.StartAsync(isContainer: false);
        var control = (await fleet.AddAsync([CostFleet.Silo("control-0", isControl: true)]))[0];
        await using var client = await FleetClient.ConnectAsync(fleet.Connection, cancellationToken);
        await using var grains = await GrainClient.ConnectAsync(fleet.Connection, cancellationToken);
        var started = await control.CollectAsync();
        var clock = Stopwatch.StartNew();
        var batch = BatchId.New(TimeProvider.System);
        await StoreAsync(client.Store, batch, rows, cancellationToken);
        await FleetClient.AskAsync(token => client.Batches.StartAsync(batch, token), Patience, cancellationToken);
        await UntilAsync(client, batch, snapshot => snapshot.Shards > 0, cancellationToken);
        var planned = await control.CollectAsync();
        var shards = (await FleetClient.AskAsync(token => client.Batches.GetProgressAsync(batch, token), Patience, cancellationToken)).Shards;
        var paper = new PaperWorkers(grains.Grains, client.Store, batch);
        var half = await paper.RunAsync(workers, shards / 2, cancellationToken) ? await control.CollectAsync() : planned;
        await paper.RunAsync(workers, shards, cancellationToken);
        await UntilAsync(client, batch, snapshot => snapshot.IsTerminal, cancellationToken);
        var last = await FleetClient.AskAsync(token => client.Batches.GetProgressAsync(batch, token), Patience, cancellationToken);
        if (last.Status != BatchStatus.Completed || last.Committed.Answered != rows)
            throw new InvalidOperationException($"The batch is {last.Status} with {last.Committed.Answered} of {rows} rows: {last.Problem}");
        return new ControlMemory(rows, shards, started, planned, half, await control.CollectAsync(), clock.Elapsed, paper.Calls);
    }

    private static async Task UntilAsync(FleetClient client, BatchId batch, Func<BatchSnapshot, bool> isSo, CancellationToken cancellationToken)
    {
        await foreach (var snapshot in client.WatchAsync(batch, Look, _ => { }, cancellationToken))
            if (isSo(snapshot)) return;
    }

    private static async Task StoreAsync(IBlobStore store, BatchId batch, int rows, CancellationToken cancellationToken)
    {
        const string Input = "cost-questions.jsonl";
        var upload = await store.BeginUploadAsync(Input, cancellationToken);
        await using (upload)
        {
            await using var lines = new StreamWriter(upload.Content, bufferSize: 1 << 16, leaveOpen: true);
            for (var row = 1; row <= rows; row++)
                await lines.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $$"""{"id":"{{PaperWorkers.IdOf(row)}}","image":"a.jpg","question":"{{PaperWorkers.Question}}"}"""));
            await lines.FlushAsync(cancellationToken);
            await upload.CompleteAsync(BlobWriteCondition.Always, cancellationToken);
        }

        var spec = new BatchSpec { Model = "timekeeping", ImageRoot = "store:cost-pictures" };
        await new BatchSubmitter(store, TimeProvider.System).SubmitAsync(batch, new JsonLinesInput(store, Input), spec, null, cancellationToken);
        await store.DeleteAsync(Input, cancellationToken);
    }
}

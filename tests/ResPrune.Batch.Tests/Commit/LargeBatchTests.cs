using System.Globalization;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Commit;

/// <summary>A batch of many rows; alone, because it measures the memory of the process.</summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class LargeBatchTests : IDisposable
{
    public const string Name = "Alone";
    private const int Rows = 200_000;
    private const int RowsPerShard = 1000;
    private const int RepeatedEvery = 1000;
    private const long Bound = 6 << 20;
    private readonly TemporaryFolder _source = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _source.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Planning_and_publishing_hundreds_of_thousands_of_rows_hold_only_a_few_of_them()
    {
        var source = WriteSource();
        var (most, calls) = (0L, 0);
        var start = 0L;
        var store = new ProbedBlobStore(LocalFolderBlobStore.OpenOrCreate(_folder.Path), Probe);
        var flow = new BatchFlow(store);
        start = GC.GetTotalMemory(forceFullCollection: true);
        await flow.SubmitAsync(source, RowsPerShard);
        var planned = await flow.PlanAsync();
        var planning = most;
        foreach (var shard in planned.Plan.Shards) await flow.WorkAsync(planned.Record, shard, source);
        most = 0;
        var record = await flow.Finalizer.FinalizeAsync(BatchFlow.Id, CancellationToken.None);
        Assert.Equal((BatchStatus.Completed, new BatchRequestCounts(Rows, Rows - (Rows / RepeatedEvery), Rows / RepeatedEvery)), (record.Status, record.RequestCounts));
        Assert.True(calls > 1000, $"only {calls} calls were looked at");
        Assert.True(planning < Bound, $"planning held {planning} bytes");
        Assert.True(most < Bound, $"publishing held {most} bytes");

        void Probe()
        {
            // A full collection at each of the thousands of calls would take minutes.
            if (++calls % 40 == 0) most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - start);
        }
    }

    private LocalFolderBlobStore WriteSource()
    {
        _source.Write("a.png", "bytes of a");
        using (var lines = new StreamWriter(Path.Combine(_source.Path, "in.jsonl")))
        {
            for (var row = 0; row < Rows; row++)
            {
                // Each thousandth row repeats the id of the row before it.
                var id = row % RepeatedEvery == RepeatedEvery - 1 ? row - 1 : row;
                lines.Write(string.Create(CultureInfo.InvariantCulture, $$"""{"id":"row-{{id}}","image":"a.png","question":"what is {{row}}?"}"""));
                lines.Write('\n');
            }
        }

        return LocalFolderBlobStore.OpenReadOnly(_source.Path);
    }
}

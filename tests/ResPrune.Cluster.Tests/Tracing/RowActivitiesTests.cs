using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Tracing;
using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Tests.Tracing;

public sealed class RowActivitiesTests
{
    private static readonly BatchId Batch = BatchId.Parse("batch_1");

    [Fact]
    public void Where_nobody_listens_a_row_costs_no_memory()
    {
        var lease = new ShardLease
        {
            Batch = Batch,
            Shard = 0,
            Spec = new ShardSpec(0, 0, 1, 1, 1, 0),
            Attempt = AttemptId.New(),
            Try = 1,
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };
        var line = new BatchRequestLine { LineNumber = 1, CustomId = "1", Image = "a.jpg", Question = "What?" };
        var context = new BatchContext(null!, null!);
        var row = ErrorRow.For(Batch, line, RowErrorCode.Timeout, "late");
        using var attempt = new ShardAttempt("silo/cpu", lease, null!, CancellationToken.None) { Span = ShardActivities.StartAttempt("silo/cpu", lease) };
        Assert.Null(attempt.Span);
        Trace(attempt, context, line, row);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 1000; n++) Trace(attempt, context, line, row);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(10, 1000, 10)]
    [InlineData(1000, 1000, 1000)]
    [InlineData(1_000_000, 1000, 1000)]
    [InlineData(1_000_000, 0, 0)]
    public void Of_a_large_batch_about_as_many_rows_are_chosen_as_are_wanted(int rows, int wanted, int expected)
    {
        var chosen = Enumerable.Range(1, rows).Where(line => RowActivities.IsChosen(line, rows, wanted)).ToList();
        // Five times the standard deviation; none where all or nothing is asked for.
        var slack = rows > wanted && wanted > 0 ? 5 * Math.Sqrt(expected) : 0;
        Assert.InRange(chosen.Count, expected - slack, expected + slack);
        if (slack > 0) Assert.InRange(chosen.Count(line => line <= rows / 2), expected * 0.4, expected * 0.6);
    }

    private static void Trace(ShardAttempt attempt, BatchContext context, BatchRequestLine line, ErrorRow row)
    {
        using var span = RowActivities.Start(attempt, context, line, wanted: 1000);
        using var part = RowActivities.StartPart(span, "row fetch");
        RowActivities.Ended(span, row);
        ShardActivities.RowFailed(attempt.Span, row);
        attempt.NoteFetch(TimeSpan.FromMilliseconds(1));
    }
}

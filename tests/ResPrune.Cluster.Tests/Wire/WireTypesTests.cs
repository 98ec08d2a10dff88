using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Placement;
using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Tests.Wire;

public sealed class WireTypesTests : IDisposable
{
    private static readonly RowTotals Totals = new()
    {
        Answered = 3,
        Failed = 2,
        Errors = new SortedDictionary<RowErrorCode, long> { [RowErrorCode.ImageNotFound] = 1, [RowErrorCode.EngineError] = 1 },
        VisualTokens = new VisualTokenCount(1000, 250, 50),
        PromptTokens = 400,
        CompletionTokens = 30,
        Work = new RowWork(1, 2, 3, 4, 5, 6, 7, 8, 9),
    };

    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSerializer(serializer => serializer.AddAssembly(typeof(ShardLease).Assembly))
        .BuildServiceProvider();

    [Fact]
    public void A_lease_comes_over_whole()
    {
        var lease = new ShardLease
        {
            Batch = BatchId.Parse("batch_1"),
            Shard = 4,
            Attempt = AttemptId.New(),
            Try = 2,
            Spec = new ShardSpec(4, 1L << 40, 1 << 20, 70, 64, UInt128.MaxValue - 5) { DuplicateLines = [new LineRange(71, 71), new LineRange(80, 99)] },
            SuspectLines = [75, 76],
            WeightsDigest = "abc",
            GiveUpReason = "why",
            FirstAnswersWanted = 5,
            TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        };

        var came = RoundTrip(lease);
        Assert.Equal(lease.Spec.DuplicateLines, came.Spec.DuplicateLines);
        Assert.Equal(lease.SuspectLines, came.SuspectLines);
        Assert.Equal(
            lease with { Spec = lease.Spec with { DuplicateLines = [] }, SuspectLines = [] },
            came with { Spec = came.Spec with { DuplicateLines = [] }, SuspectLines = [], PoisonLines = lease.PoisonLines });
    }

    [Fact]
    public void A_report_comes_over_whole()
    {
        var report = new ShardReport
        {
            Worker = "silo/cpu",
            Shard = 4,
            Attempt = AttemptId.New(),
            Totals = Totals,
            FirstAnswers = [new FirstAnswer(1, "a", "a.jpg", "What?", "A cat")],
            DeviceBusySeconds = 1.5,
            DeviceStarvedSeconds = 0.5,
        };

        var came = RoundTrip(report);

        AssertSame(report.Totals, came.Totals);
        Assert.Equal(report.FirstAnswers, came.FirstAnswers);
        Assert.Equal(report with { Totals = came.Totals, FirstAnswers = came.FirstAnswers }, came);
    }

    [Fact]
    public void A_snapshot_comes_over_whole()
    {
        var snapshot = new BatchSnapshot
        {
            Batch = BatchId.Parse("batch_1"),
            Status = BatchStatus.Cancelling,
            Rows = 100,
            Committed = Totals,
            Running = RowTotals.Zero,
            RowsFoundCommitted = 3,
            Shards = 10,
            ShardsCommitted = 4,
            ShardsLeased = 2,
            RowsPerSecond = 12.5,
            Elapsed = TimeSpan.FromSeconds(9),
            DeviceBusyShare = 0.75,
            FirstAnswers = [new FirstAnswer(1, "a", "a.jpg", "What?", "A cat")],
            Problem = "none really",
            Workers = 3,
            Retries = 5,
        };

        var came = RoundTrip(snapshot);

        AssertSame(snapshot.Committed, came.Committed);
        AssertSame(snapshot.Running, came.Running);
        Assert.Equal(snapshot with { Committed = came.Committed, Running = came.Running, FirstAnswers = came.FirstAnswers }, came);
    }

    [Fact]
    public void A_worker_status_comes_over_whole()
    {
        var status = new GpuWorkerStatus
        {
            Worker = "silo/cpu",
            Silo = "silo",
            State = GpuWorkerState.Draining,
            Shards = 1,
            RowsInFlight = 2,
            RowsDone = 3,
            DeviceBusySeconds = 4,
            DeviceStarvedSeconds = 5,
            Problem = "none",
        };

        Assert.Equal(status, RoundTrip(status));
    }

    [Fact]
    public void The_exceptions_keep_their_type_and_message()
    {
        Assert.Equal("no silo", RoundTrip(new GpuPlacementException("no silo")).Message);
        Assert.Contains("'b'", RoundTrip(new BatchNotFoundException("b")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_states_of_a_lease_keep_their_numbers() =>
        Assert.Equal([0, 1, 2, 3], Enum.GetValues<LeaseState>().Select(state => (int)RoundTrip(state)));

    public void Dispose() => _services.Dispose();

    private static void AssertSame(RowTotals expected, RowTotals came)
    {
        Assert.Equal(expected.Errors, came.Errors);
        Assert.Equal(expected with { Errors = came.Errors }, came);
    }

    private T RoundTrip<T>(T value)
        where T : notnull
    {
        var serializer = _services.GetRequiredService<Serializer>();
        return serializer.Deserialize<T>(serializer.SerializeToArray(value))
            ?? throw new InvalidOperationException("It came over as null.");
    }
}

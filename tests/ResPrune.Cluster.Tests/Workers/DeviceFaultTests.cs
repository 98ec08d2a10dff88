using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Tests.Hosting;
using ResPrune.Cluster.Workers;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Tests.Workers;

/// <summary>What a device does that no row is to blame for.</summary>
public sealed class DeviceFaultTests : IAsyncDisposable
{
    private readonly InMemoryBlobStore _store = new();
    private readonly FakeEngine _engine = new();

    [Fact]
    public async Task A_device_that_throws_on_everything_and_fails_its_check_costs_no_row()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 40, TestBatch.Spec(rowsPerShard: 10));
        await using var bad = new FakeEngine { Before = (_, _) => throw new InvalidOperationException("unspecified launch failure"), IsSound = () => false };
        var gate = new Gate(pass: 0);
        _engine.Before = gate.PassAsync;
        await using var fleet = await TestFleet.StartAsync(2, _store, [bad, _engine]);
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        var status = await fleet.WaitForWorkerAsync(GpuWorkerState.Failed);
        gate.Open();
        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Contains("a matrix product came out wrong", status.Problem, StringComparison.Ordinal);
        Assert.Equal((40L, 0L), (end.Committed.Answered, end.Committed.Failed));
        await batch.AssertEveryIdOnceAsync();
    }

    [Fact]
    public async Task A_shard_of_few_rows_on_a_dead_device_is_handed_back_and_not_turned_into_errors()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 3, TestBatch.Spec(rowsPerShard: 3));
        _engine.Before = (_, _) => throw new InvalidOperationException("unspecified launch failure");
        _engine.IsSound = () => false;
        await using var fleet = await TestFleet.StartAsync(1, _store, [_engine]);
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        await fleet.WaitForWorkerAsync(GpuWorkerState.Failed);
        var snapshot = await fleet.WaitForAsync(batch.Id, snapshot => snapshot.ShardsLeased == 0);

        Assert.Equal((BatchStatus.InProgress, 0, 0L, 0), (snapshot.Status, snapshot.ShardsCommitted, snapshot.RowsDone, snapshot.Retries));
        Assert.Equal(1, (await fleet.Coordinator(batch.Id).TryLeaseAsync("another", CancellationToken.None))!.Try);
    }

    [Fact]
    public async Task A_device_that_dies_in_mid_shard_hands_back_all_that_it_holds_and_nothing_of_it_is_published()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 40, TestBatch.Spec(rowsPerShard: 10));
        var answered = 0;
        await using var bad = new FakeEngine();
        bad.Before = (_, _) => Interlocked.Increment(ref answered) > 5 ? throw bad.Fail("CUDA error: an illegal memory access") : Task.FromResult<GenerationOutcome?>(null);
        var gate = new Gate(pass: 0);
        _engine.Before = gate.PassAsync;
        await using var fleet = await TestFleet.StartAsync(2, _store, [bad, _engine]);
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        await fleet.WaitForWorkerAsync(GpuWorkerState.Failed);
        var failures = fleet.Cluster.Silos.Select(silo => ((InProcessSiloHandle)silo).ServiceProvider.GetRequiredService<DeviceFailures>().First.IsCompleted);
        Assert.Single(failures, isCompleted => isCompleted);
        gate.Open();
        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal((40L, 0L), (end.Committed.Answered, end.Committed.Failed));
        Assert.Equal(40, _engine.Requests.Select(request => request.RequestId).Distinct().Count());
    }

    [Fact]
    public async Task A_device_that_answers_wrongly_publishes_nothing_once_its_check_fails()
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 40, TestBatch.Spec(rowsPerShard: 10));
        var isSound = true;
        await using var bad = new FakeEngine { IsSound = () => Volatile.Read(ref isSound) };
        bad.Before = (request, _) =>
        {
            Volatile.Write(ref isSound, false);
            return Task.FromResult<GenerationOutcome?>(new GenerationResult(
                request.RequestId, FakeEngine.DigestOf(request), "garbage", FinishReason.Stop, default, default));
        };
        var gate = new Gate(pass: 0);
        _engine.Before = gate.PassAsync;
        await using var fleet = await TestFleet.StartAsync(2, _store, [bad, _engine]);
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);

        await fleet.WaitForWorkerAsync(GpuWorkerState.Failed);
        gate.Open();
        await fleet.WaitForEndAsync(batch.Id);

        // Compares every answer with the right one.
        var (answers, errors) = await batch.AssertEveryIdOnceAsync();
        Assert.Equal((40, 0), (answers.Count, errors.Count));
    }

    [Theory]
    [InlineData(false, 0)] // the second worker answers what the first failed at
    [InlineData(true, 1)]
    public async Task A_row_is_an_engine_error_only_when_a_second_worker_fails_at_it_too(bool failsAtBoth, int failed)
    {
        var batch = await TestBatch.SubmitAsync(_store, rows: 6, TestBatch.Spec(rowsPerShard: 6));
        var failing = new ConcurrentDictionary<FakeEngine, bool>();
        await using var second = new FakeEngine();
        foreach (var engine in (FakeEngine[])[_engine, second])
        {
            engine.Before = (request, _) =>
            {
                var isRow = request.Question.EndsWith(" 2?", StringComparison.Ordinal);
                if (isRow && (failsAtBoth || failing.IsEmpty || failing.ContainsKey(engine)))
                {
                    failing.TryAdd(engine, true);
                    throw new InvalidOperationException("the kernel did not launch");
                }

                return Task.FromResult<GenerationOutcome?>(null);
            };
        }

        await using var fleet = await TestFleet.StartAsync(2, _store, [_engine, second]);
        await fleet.Coordinator(batch.Id).StartAsync(CancellationToken.None);
        var end = await fleet.WaitForEndAsync(batch.Id);

        Assert.Equal((6L - failed, (long)failed, 1), (end.Committed.Answered, end.Committed.Failed, end.Retries));
        var (_, errors) = await batch.AssertEveryIdOnceAsync();
        Assert.All(errors, error => Assert.Equal(("row-2", "engine_error"), (error.Key, error.Value)));
        if (failsAtBoth) Assert.Equal(2, failing.Count);
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();
}

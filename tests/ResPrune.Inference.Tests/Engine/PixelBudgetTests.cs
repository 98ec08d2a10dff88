using System.Diagnostics;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Tests.Engine;

public sealed class PixelBudgetTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_does_not_fit_waits_and_comes_first_to_first()
    {
        var budget = new PixelBudget(100);
        var first = budget.Take(60, default);
        var large = Queue(budget, 80);
        var small = Queue(budget, 10); // Would fit, but must not overtake.
        Assert.Equal((60L, 2), (budget.TakenBytes, budget.Waiting));
        first.ChangeTo(20);
        var second = await large.WaitAsync(Patience);
        Assert.Equal((100L, 1, false), (budget.TakenBytes, budget.Waiting, small.IsCompleted));
        first.Dispose();
        (await small.WaitAsync(Patience)).Dispose();
        second.Dispose();
        Assert.Equal((0L, 0), (budget.TakenBytes, budget.Waiting));
    }

    [Fact]
    public async Task What_is_larger_than_all_of_it_runs_alone()
    {
        var budget = new PixelBudget(100);
        var first = budget.Take(1, default);
        var huge = Queue(budget, 1000);
        Assert.False(huge.IsCompleted);
        first.Dispose();
        var alone = await huge.WaitAsync(Patience);
        var next = Queue(budget, 1);
        Assert.Equal((1000L, 1), (budget.TakenBytes, budget.Waiting));
        alone.ChangeTo(5);
        (await next.WaitAsync(Patience)).Dispose();
        alone.Dispose();
        alone.Dispose();
        alone.ChangeTo(7);
        Assert.Equal(0, budget.TakenBytes);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_leaves_its_place_to_the_next()
    {
        var budget = new PixelBudget(100);
        var first = budget.Take(50, default);
        using var cancellation = new CancellationTokenSource();
        var large = Queue(budget, 80, cancellation.Token);
        var small = Queue(budget, 50);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large.WaitAsync(Patience));
        (await small.WaitAsync(Patience)).Dispose();
        first.Dispose();
        Assert.Equal((0L, 0), (budget.TakenBytes, budget.Waiting));
        Assert.ThrowsAny<OperationCanceledException>(() => budget.Take(1, cancellation.Token));
    }

    [Fact]
    public async Task Many_threads_never_hold_more_than_there_is()
    {
        var budget = new PixelBudget(1000);
        long held = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Factory.StartNew(
            () =>
            {
                var random = new Random(seed);
                for (var i = 0; i < 500; i++)
                {
                    var bytes = random.Next(1, 600);
                    using var lease = budget.Take(bytes, default);
                    Assert.InRange(Interlocked.Add(ref held, bytes), 0, 1000);
                    Interlocked.Add(ref held, -bytes);
                }
            },
            TaskCreationOptions.LongRunning)));
        Assert.Equal((0L, 0), (budget.TakenBytes, budget.Waiting));
    }

    /// <summary>Takes on another thread and returns once that is done or waits.</summary>
    private static Task<PixelLease> Queue(PixelBudget budget, long bytes, CancellationToken cancellationToken = default)
    {
        var before = budget.Waiting;
        var task = Task.Factory.StartNew(() => budget.Take(bytes, cancellationToken), default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var waited = Stopwatch.StartNew();
        while (budget.Waiting == before && !task.IsCompleted) Assert.True(waited.Elapsed < Patience, $"{budget.Waiting} wait, {budget.TakenBytes} bytes are taken.");
        return task;
    }
}

using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Storage;

namespace ResPrune.Cluster.Tests.Storage;

public sealed class StoragePolicyTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };

    [Fact]
    public async Task A_fault_is_the_callers_at_once_because_the_store_has_tried_again_already()
    {
        var tries = 0;

        await Assert.ThrowsAsync<IOException>(
            () => Policy().RunAsync<int>("read", _ => throw new IOException($"try {++tries}"), CancellationToken.None));

        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task What_the_store_repeats_is_counted_under_the_operation()
    {
        var seen = new List<(string? Operation, string? Status)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, meters) =>
            {
                if (instrument.Name == "resprune.storage.faults") meters.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if (count > 0) seen.Add((tags[0].Value as string, tags[1].Value as string));
        });
        listener.Start();

        await Policy().RunAsync(
            "read",
            _ =>
            {
                StoreRetries.Observer!(new StoreRetried(new IOException("gone"), 1, 7, TimeSpan.Zero, TimeSpan.FromSeconds(1)));
                return Task.FromResult(42);
            },
            CancellationToken.None);

        Assert.Equal([("read", "retry")], seen);
        Assert.Null(StoreRetries.Observer);
    }

    [Fact]
    public async Task An_operation_that_hangs_ends_at_its_deadline()
    {
        var hanging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = Policy().RunAsync<int>(
            "read",
            async token =>
            {
                hanging.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return 0;
            },
            CancellationToken.None);

        await hanging.Task;
        Assert.False(run.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(3));

        await Assert.ThrowsAsync<TimeoutException>(() => run);
    }

    [Fact]
    public async Task An_operation_that_comes_further_has_its_whole_deadline_again()
    {
        var steps = new SemaphoreSlim(0);
        var stepped = new SemaphoreSlim(0);
        var run = Policy().RunAsync(
            "read",
            async (comesFurther, token) =>
            {
                for (var step = 0; step < 3; step++)
                {
                    await steps.WaitAsync(token);
                    comesFurther();
                    stepped.Release();
                }

                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return 0;
            },
            CancellationToken.None);

        for (var step = 0; step < 3; step++)
        {
            _time.Advance(TimeSpan.FromMinutes(2));
            steps.Release();
            await stepped.WaitAsync();
        }

        Assert.False(run.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(3));
        await Assert.ThrowsAsync<TimeoutException>(() => run);
    }

    [Fact]
    public async Task The_callers_cancellation_is_no_fault_to_retry()
    {
        using var cancelled = new CancellationTokenSource();
        var tries = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Policy().RunAsync(
            "read",
            async token =>
            {
                tries++;
                await cancelled.CancelAsync();
                token.ThrowIfCancellationRequested();
                return 1;
            },
            cancelled.Token));

        Assert.Equal(1, tries);
    }

    public void Dispose() => _services.Dispose();

    private StoragePolicy Policy() => new(
        Options.Create(new StorageOptions()),
        new StorageInstruments(_services.GetRequiredService<IMeterFactory>()),
        _time,
        NullLogger<StoragePolicy>.Instance);
}

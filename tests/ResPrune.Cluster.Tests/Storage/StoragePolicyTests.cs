using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using ResPrune.Cluster.Storage;

namespace ResPrune.Cluster.Tests.Storage;

public sealed class StoragePolicyTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };

    [Fact]
    public async Task A_fault_of_the_way_is_tried_again_until_it_passes()
    {
        var tries = 0;

        var result = await Policy().RunAsync(
            "read", _ => ++tries < 3 ? throw new IOException("gone") : Task.FromResult(42), CancellationToken.None);

        Assert.Equal((42, 3), (result, tries));
    }

    [Fact]
    public async Task After_the_last_retry_the_fault_is_the_callers()
    {
        var tries = 0;

        await Assert.ThrowsAsync<IOException>(
            () => Policy().RunAsync<int>("read", _ => throw new IOException($"try {++tries}"), CancellationToken.None));

        Assert.Equal(4, tries);
    }

    [Fact]
    public async Task What_the_store_says_about_the_request_is_final()
    {
        var tries = 0;

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => Policy().RunAsync<int>("read", _ => throw new InvalidOperationException($"try {++tries}"), CancellationToken.None));

        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task A_try_that_hangs_ends_at_its_deadline_and_is_repeated()
    {
        var hanging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tries = 0;
        var run = Policy().RunAsync(
            "read",
            async token =>
            {
                if (++tries > 1) return "answer";
                hanging.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return "never";
            },
            CancellationToken.None);

        await hanging.Task;
        Assert.False(run.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("answer", await run);
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
        Options.Create(new StorageOptions { Retries = 3, BaseDelay = TimeSpan.Zero }),
        new StorageInstruments(_services.GetRequiredService<IMeterFactory>()),
        _time,
        NullLogger<StoragePolicy>.Instance);
}

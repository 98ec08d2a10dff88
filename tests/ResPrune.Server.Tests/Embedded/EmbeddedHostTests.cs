using System.Net;
using System.Net.Sockets;
using ResPrune.Batch.Batches;
using ResPrune.Cluster.Batches;
using ResPrune.Inference.Engine;
using ResPrune.Server.Embedded;

namespace ResPrune.Server.Tests.Embedded;

public sealed class EmbeddedHostTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);

    private readonly CancellationTokenSource _deadline = new(Deadline);
    private readonly TestRun _run = new();

    [Fact]
    public async Task A_folder_of_pictures_is_answered_and_the_manifest_adds_up()
    {
        await using var host = await EmbeddedHost.StartAsync(_run.Options, _deadline.Token);
        await host.Batches.SubmitAsync(_run.Batch, _run.Input, _run.Spec, _deadline.Token);

        var snapshots = await host.Batches.WatchAsync(_run.Batch, TimeSpan.FromMilliseconds(50), _deadline.Token)
            .ToListAsync(_deadline.Token);

        var end = snapshots[^1];
        Assert.Equal(BatchStatus.Completed, end.Status);
        Assert.True(end.Committed.Answered > 0, $"Nothing was answered: {end.Problem}");
        Assert.NotEmpty(end.FirstAnswers);
        Assert.Equal(end.Rows, end.Committed.Rows);
        Assert.Equal(0, end.Rows % TestRun.Questions.Count);
        var ids = await _run.AllIdsAsync();
        Assert.Equal((end.Rows, ids.Count), (ids.Distinct().Count(), ids.Count));
        var manifest = await host.Batches.ReadManifestAsync(_run.Batch, _deadline.Token);
        Assert.Equal(end.Committed.Answered, manifest!.Totals.Answered);
        Assert.True(manifest.Totals.VisualTokens.Kept < manifest.Totals.VisualTokens.Total);
        Assert.True(manifest.PrefillFlopsSaved > 0);
        Assert.Equal(host.Engine.Model.WeightsDigest, Assert.Single(manifest.Engines).Engine.WeightsDigest);
    }

    [Fact]
    public async Task Two_hosts_run_side_by_side_and_share_nothing()
    {
        using var other = new TestRun();
        await using var first = await EmbeddedHost.StartAsync(_run.Options, _deadline.Token);
        await using var second = await EmbeddedHost.StartAsync(other.Options, _deadline.Token);
        await first.Batches.SubmitAsync(_run.Batch, _run.Input, _run.Spec, _deadline.Token);
        await second.Batches.SubmitAsync(other.Batch, other.Input, other.Spec, _deadline.Token);

        var ends = await Task.WhenAll(
            first.Batches.WaitAsync(_run.Batch, _deadline.Token), second.Batches.WaitAsync(other.Batch, _deadline.Token));

        Assert.All(ends, end => Assert.Equal(BatchStatus.Completed, end.Status));
        await Assert.ThrowsAsync<BatchNotFoundException>(() => first.Batches.GetProgressAsync(other.Batch, _deadline.Token));
    }

    [Fact]
    public async Task A_host_that_is_stopped_in_the_middle_leaves_its_answers_to_the_next()
    {
        var held = new List<HeldEngine>();
        var first = await EmbeddedHost.StartAsync(_run.HeldAfter(lines: 6, held.Add), _deadline.Token);
        await first.Batches.SubmitAsync(_run.Batch, _run.Input, _run.Spec, _deadline.Token);
        var half = await first.Batches.WatchAsync(_run.Batch, TimeSpan.FromMilliseconds(20), _deadline.Token)
            .FirstAsync(snapshot => snapshot.ShardsCommitted >= 1, _deadline.Token);
        Assert.False(half.IsTerminal);

        await first.StopAsync(_deadline.Token);
        await first.StopAsync(_deadline.Token);
        Assert.True(held[0].IsDisposed);

        await using var second = await EmbeddedHost.StartAsync(_run.Options, _deadline.Token);
        await second.Batches.SubmitAsync(_run.Batch, _run.Input, _run.Spec, _deadline.Token);
        var end = await second.Batches.WaitAsync(_run.Batch, _deadline.Token);
        Assert.Equal(BatchStatus.Completed, end.Status);
        Assert.InRange(end.RowsFoundCommitted, half.Committed.Rows, end.Rows);
        var ids = await _run.AllIdsAsync();
        Assert.Equal((end.Rows, ids.Count), (ids.Distinct().Count(), ids.Count));
    }

    [Fact]
    public async Task A_cancelled_batch_ends_with_every_row_accounted_for()
    {
        var held = new List<HeldEngine>();
        await using var host = await EmbeddedHost.StartAsync(_run.HeldAfter(lines: 4, held.Add), _deadline.Token);
        await host.Batches.SubmitAsync(_run.Batch, _run.Input, _run.Spec, _deadline.Token);
        await host.Batches.WatchAsync(_run.Batch, TimeSpan.FromMilliseconds(20), _deadline.Token)
            .FirstAsync(snapshot => snapshot.ShardsCommitted >= 1, _deadline.Token);

        var cancelling = await host.Batches.CancelAsync(_run.Batch, _deadline.Token);
        held[0].Release();
        var end = await host.Batches.WaitAsync(_run.Batch, _deadline.Token);

        Assert.Equal((BatchStatus.Cancelling, BatchStatus.Cancelled), (cancelling.Status, end.Status));
        Assert.True(end.Committed.Answered > 0, "What was answered before the cancel is gone.");
        var ids = await _run.AllIdsAsync();
        Assert.Equal((end.Rows, ids.Count), (ids.Distinct().Count(), ids.Count));
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_stops_the_start_with_the_engines_own_words()
    {
        var missing = Path.Combine(_run.Output, "nothing-here");
        var options = _run.Options with { Engine = _run.Options.Engine with { ModelDirectory = missing } };

        var exception = await Assert.ThrowsAsync<ModelLoadException>(() => EmbeddedHost.StartAsync(options, _deadline.Token));

        Assert.Contains("nothing-here", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_metrics_port_that_is_taken_stops_the_start_and_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var exception = await Assert.ThrowsAnyAsync<IOException>(
            () => EmbeddedHost.StartAsync(_run.Options with { MetricsPort = port }, _deadline.Token));

        Assert.Contains($"{port}", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _deadline.Dispose();
        _run.Dispose();
    }
}

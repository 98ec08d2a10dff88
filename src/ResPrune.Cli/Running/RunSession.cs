using System.Diagnostics;
using System.Runtime.CompilerServices;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Rendering;
using ResPrune.Cluster.Batches;
using ResPrune.Inference.Engine;
using ResPrune.Server.Embedded;
using ResPrune.Server.Tracing;

namespace ResPrune.Cli.Running;

/// <summary><c>resprune run</c> from beginning to end: checks, one process with everything in it, watching, results.</summary>
internal sealed class RunSession
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(3);

    private readonly RunSettings _settings;
    private readonly RunInput _input;
    private readonly OutputFolder _folder;
    private readonly EmbeddedHost _host;
    private BatchSnapshot? _last;
    private Task<long>? _images;

    private RunSession(RunSettings settings, RunInput input, OutputFolder folder, EmbeddedHost host)
    {
        _settings = settings;
        _input = input;
        _folder = folder;
        _host = host;
    }

    /// <summary>Different pictures per row, as far as it is known.</summary>
    private double ImagesPerRow => _images is { IsCompletedSuccessfully: true } images ? images.Result / (double)_input.Rows : 1;

    /// <summary>Runs it.</summary>
    /// <exception cref="UsageException">Nothing was begun; the message says why.</exception>
    /// <exception cref="ModelLoadException">The model cannot be served; nothing was begun.</exception>
    /// <exception cref="InterruptedException">A signal came; what was answered is kept.</exception>
    public static async Task<int> RunAsync(RunSettings settings, TextWriter output, TextWriter error)
    {
        using var interruption = new Interruption();
        using var notice = interruption.Token.Register(() => error.WriteLine("resprune: stopping; once more to leave at once."));
        try
        {
            var input = await RunInputs.OpenAsync(settings.Input, settings.Questions, settings.Limit, settings.ImageRoots, interruption.Token);
            using var folder = OutputFolder.Open(settings.Output);
            await using var traces = TraceExport.Start($"run-{Environment.ProcessId}");
            await using var host = await StartHostAsync(settings, folder, interruption.Token);
            var session = new RunSession(settings, input, folder, host);
            var view = RunViews.For(settings, () => session.ImagesPerRow, output);
            using var failed = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
            _ = host.DeviceFailed.ContinueWith(_ => failed.Cancel(), failed.Token, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            try
            {
                var summary = await session.RunAsync(view, failed.Token);
                view.Conclude(summary);
                return summary.ExitCode;
            }
            catch (OperationCanceledException) when (host.DeviceFailed.IsCompletedSuccessfully)
            {
                error.WriteLine($"resprune: {TerminalText.Clean(await host.DeviceFailed, 500)} What is answered is kept: type the same command to go on.");
                return ExitCode.DeviceFailed;
            }
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            throw new InterruptedException("stopped. What is answered is kept: type the same command to go on.");
        }
    }

    private static async Task<EmbeddedHost> StartHostAsync(RunSettings settings, OutputFolder folder, CancellationToken cancellationToken)
    {
        var options = new EmbeddedHostOptions
        {
            Store = folder.Store,
            Engine = settings.Engine,
            ImageRoots = new LocalImageRoots(settings.ImageRoots),
            MetricsPort = settings.MetricsPort,
            DrainTimeout = DrainTimeout,
        };
        try
        {
            return await EmbeddedHost.StartAsync(options, cancellationToken);
        }
        catch (IOException exception) when (settings.MetricsPort is not null)
        {
            throw new UsageException($"--metrics-port {settings.MetricsPort} cannot be used: {exception.Message}", exception);
        }
    }

    private async Task<RunSummary> RunAsync(IRunView view, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var identity = BatchIdentity.Of(_settings, _input, _host.Engine.Model.WeightsDigest, _host.Engine.Model.Generation);
        var stored = await _folder.FindAsync(identity, cancellationToken);
        // A batch that has ended is only shown again.
        if (stored is not { IsTerminal: true })
        {
            await SubmitAsync(identity, cancellationToken);
            CountImages(stored ?? await ReadRecordAsync(identity, cancellationToken), cancellationToken);
            await view.WatchAsync(SnapshotsAsync(identity.Id, cancellationToken), cancellationToken);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        var record = await ReadRecordAsync(identity, cancellationToken);
        CountImages(record, cancellationToken);
        var manifest = await _host.Batches.ReadManifestAsync(identity.Id, cancellationToken)
            ?? throw new UsageException(
                $"The input cannot be used: {string.Join(" ", record.Errors?.Data.Select(problem => problem.Message) ?? [])}");
        var paths = await _folder.PublishAsync(manifest, cancellationToken);
        var status = record.Status.ToString().ToLowerInvariant();
        return RunSummary.Of(manifest, status, await _images!, _last?.RowsFoundCommitted ?? manifest.Rows, elapsed, paths) with { Notices = _host.Engine.Model.Notices };
    }

    private async Task<BatchRecord> ReadRecordAsync(BatchIdentity identity, CancellationToken cancellationToken) =>
        (await new BatchCatalog(_folder.Store).ReadAsync(identity.Id, cancellationToken))!.Record;

    // Beside the work: the lines of a large job take a while to read.
    private void CountImages(BatchRecord record, CancellationToken cancellationToken) =>
        _images ??= Task.Run(() => ImageCount.OfAsync(_folder.Store, record, _input, cancellationToken), cancellationToken);

    private async Task SubmitAsync(BatchIdentity identity, CancellationToken cancellationToken)
    {
        var spec = _settings.Spec with { ImageRoot = _input.ImageRoot, RowsPerShard = RowsPerShard() };
        try
        {
            await _host.Batches.SubmitAsync(identity.Id, _input.Source, spec, identity.Facts, cancellationToken);
        }
        catch (BatchInputException exception)
        {
            throw new UsageException(exception.Message, exception);
        }
    }

    /// <summary>
    /// A shard is what a crash may cost: small jobs and slow models should lose little, large jobs should not drown in files.
    /// </summary>
    private int RowsPerShard() =>
        (int)Math.Max(_settings.Engine.BatchSize, Math.Clamp(_input.Rows / 64, 8, BatchSpec.DefaultRowsPerShard));

    private async IAsyncEnumerable<BatchSnapshot> SnapshotsAsync(
        BatchId batch, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var snapshot in _host.Batches.WatchAsync(batch, PollInterval, cancellationToken))
        {
            _last = snapshot;
            yield return snapshot;
        }
    }
}

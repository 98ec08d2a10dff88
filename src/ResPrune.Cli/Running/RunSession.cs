using System.Diagnostics;
using System.Runtime.CompilerServices;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Passes;
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
    private readonly InputLook _look;
    private readonly OutputFolder _folder;
    private readonly EmbeddedHost _host;
    private BatchSnapshot? _last;

    private RunSession(RunSettings settings, RunInput input, InputLook look, OutputFolder folder, EmbeddedHost host)
    {
        _settings = settings;
        _input = input;
        _look = look;
        _folder = folder;
        _host = host;
    }

    private LocalImages Images => LocalImages.Open(_input.ImageRoot, _settings.ImageRoots);

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
            var look = await LookAsync(input, settings, interruption.Token);
            using var folder = OutputFolder.Open(settings.Output);
            await using var traces = TraceExport.Start($"run-{Environment.ProcessId}");
            await using var host = await StartHostAsync(settings, folder, interruption.Token);
            var session = new RunSession(settings, input, look, folder, host);
            var view = RunViews.For(settings, () => look.Images / (double)look.Rows, output);
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

    private static async Task<InputLook> LookAsync(RunInput input, RunSettings settings, CancellationToken cancellationToken)
    {
        try
        {
            return await InputLook.OfAsync(
                input.Source, LocalImages.Open(input.ImageRoot, settings.ImageRoots), settings.Spec.MaxLineBytes, cancellationToken);
        }
        catch (BatchInputException exception)
        {
            throw new UsageException(exception.Message, exception);
        }
    }

    private async Task<RunSummary> RunAsync(IRunView view, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var facts = RunFacts.Of(_settings, _input, _host.Engine.Model);
        var spec = _settings.Spec with { ImageRoot = _input.ImageRoot, RowsPerShard = RowsPerShard() };
        var found = await _folder.FindAsync(facts, cancellationToken);
        var (state, record) = await BeginAsync(found, facts, spec, cancellationToken);
        var pass = state.Pass!;
        // A batch that has ended is only shown again.
        var isBegun = record is { IsTerminal: false };
        if (isBegun)
        {
            await view.WatchAsync(SnapshotsAsync(pass.Id, cancellationToken), cancellationToken);
            record = await ReadRecordAsync(pass, cancellationToken);
        }

        var elapsed = Stopwatch.GetElapsedTime(started);
        if (record?.Status == BatchStatus.Failed)
            throw new UsageException($"The input cannot be used: {string.Join(" ", record.Errors?.Data.Select(problem => problem.Message) ?? [])}");
        var (manifest, paths) = await _folder.PublishAsync(state, spec, _input.Skipped, cancellationToken);
        var status = (record?.Status ?? BatchStatus.Completed).ToString().ToLowerInvariant();
        var before = isBegun ? manifest.Rows - pass.Counts.Faults - pass.Counts.Asked + (_last?.RowsFoundCommitted ?? 0) : manifest.Rows;
        var counts = isBegun || !ReferenceEquals(state, found) ? pass.Counts : Standing(manifest, pass);
        return RunSummary.Of(manifest, status, _look.Images, counts, before, elapsed, paths) with
        {
            Notices = _host.Engine.Model.Notices,
            Skipped = _input.Skipped.Kinds,
        };
    }

    /// <summary>Plans a pass, or finds the one that goes on, and starts its batch.</summary>
    /// <returns>The state, and the record of the pass's batch; null where it asks nothing.</returns>
    private async Task<(PassState State, BatchRecord? Record)> BeginAsync(
        PassState? found, IReadOnlyDictionary<string, string> facts, BatchSpec spec, CancellationToken cancellationToken)
    {
        using var span = SubmitActivity.Start();
        var state = await PrepareAsync(found, facts, spec, cancellationToken);
        _folder.Tidy(state);
        var record = await ReadRecordAsync(state.Pass!, cancellationToken);
        var isBegun = record is { IsTerminal: false };
        SubmitActivity.Submits(span, isBegun ? record : null);
        if (isBegun) await _host.Batches.StartAsync(record!.Id, cancellationToken);
        return (state, record);
    }

    // A pass that had ended before asks nothing now.
    private static PassCounts Standing(BatchManifest manifest, Pass pass) => new()
    {
        Kept = manifest.Totals.Answered,
        KeptFailed = manifest.Totals.Failed - pass.Counts.Faults,
        Faults = pass.Counts.Faults,
    };

    private async Task<BatchRecord?> ReadRecordAsync(Pass pass, CancellationToken cancellationToken) =>
        (await new BatchCatalog(_folder.Store).ReadAsync(pass.Id, cancellationToken))?.Record;

    private async Task<PassState> PrepareAsync(
        PassState? found, IReadOnlyDictionary<string, string> facts, BatchSpec spec, CancellationToken cancellationToken)
    {
        var request = new PassRequest { Input = _look, Images = Images, Facts = facts, Spec = spec, Retry = _settings.Retry };
        try
        {
            return await new RunPasses(_folder.Store, TimeProvider.System).PrepareAsync(found, request, cancellationToken);
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

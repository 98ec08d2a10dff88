using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Rendering;
using ResPrune.Cli.Running;
using ResPrune.Server.Fleet;
using ResPrune.Server.Tracing;

namespace ResPrune.Cli.Fleet;

/// <summary><c>resprune submit</c> from beginning to end: the pictures go to the store, then the lines, then the record, then it starts.</summary>
internal sealed class SubmitSession
{
    private const string KeyFact = "--key";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WorkersTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WorkersPause = TimeSpan.FromMilliseconds(200);

    private readonly SubmitSettings _settings;
    private readonly RunInput _input;
    private readonly FleetClient _fleet;
    private readonly ImageUpload _images;
    private readonly TextWriter _error;

    private SubmitSession(SubmitSettings settings, RunInput input, FleetClient fleet, TextWriter error)
    {
        _settings = settings;
        _input = input;
        _fleet = fleet;
        _error = error;
        _images = new ImageUpload(input, settings.ImageRoots, settings.Spec.MaxLineBytes, fleet.Store, error);
    }

    /// <summary>Runs it.</summary>
    /// <exception cref="UsageException">Nothing was submitted; the message says why.</exception>
    /// <exception cref="FleetStartException">The fleet cannot be reached.</exception>
    public static async Task<int> RunAsync(SubmitSettings settings, TextWriter output, TextWriter error)
    {
        using var interruption = new Interruption();
        try
        {
            var input = await RunInputs.OpenAsync(settings.Input, settings.Questions, settings.Limit, settings.ImageRoots, interruption.Token);
            await using var traces = TraceExport.Start($"submit-{Environment.ProcessId}");
            await using var fleet = await FleetClient.ConnectAsync(settings.Fleet, interruption.Token);
            var batch = await new SubmitSession(settings, input, fleet, error).SubmitAsync(interruption.Token);
            output.WriteLine(batch.Value);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            throw new InterruptedException("stopped before the batch was submitted.");
        }
    }

    private async Task<BatchId> SubmitAsync(CancellationToken cancellationToken)
    {
        var facts = JobFacts.Of(_settings.Spec, _settings.Questions);
        facts["--limit"] = JobFacts.Text(_settings.Limit);
        if (_settings.Key is { } key)
        {
            facts[KeyFact] = JobFacts.Shortened(key);
            facts["--images"] = JobFacts.Shortened(_settings.Images ?? "uploaded");
            facts[JobFacts.InputContents] = await _images.DigestAsync(cancellationToken);
        }

        var batch = _settings.Key is null ? BatchId.New(TimeProvider.System) : IdOf(_settings.Key);
        using var span = SubmitActivity.Start(batch);
        if (await FindAsync(batch, facts, cancellationToken) is { } before)
        {
            SubmitActivity.Stored(span, before);
            _error.WriteLine($"resprune: {batch.Value} was submitted before; it goes on.");
        }
        else
        {
            await StoreAsync(batch, facts, cancellationToken);
        }

        try
        {
            await FleetClient.AskAsync(token => _fleet.Batches.StartAsync(batch, token), StartTimeout, cancellationToken);
        }
        catch (FleetStartException exception)
        {
            throw new FleetStartException(
                $"{batch.Value} is stored but no silo has taken it up yet: it starts with the next one, or with 'resprune watch {batch.Value}'. "
                + exception.Message,
                exception);
        }

        return batch;
    }

    /// <summary>What this very job is stored as when it was submitted under the key before; else null.</summary>
    private async Task<BatchRecord?> FindAsync(BatchId batch, IReadOnlyDictionary<string, string> facts, CancellationToken cancellationToken)
    {
        if (_settings.Key is null || await new BatchCatalog(_fleet.Store).ReadAsync(batch, cancellationToken) is not { } stored) return null;
        var differences = JobFacts.Differences(facts, stored.Record.Metadata);
        return differences.Count == 0
            ? stored.Record
            : throw new UsageException(
                $"--key '{TerminalText.Clean(_settings.Key, 80)}' belongs to another job ({batch.Value}): {string.Join(", ", differences)} differ. "
                + "Choose another --key.");
    }

    private async Task StoreAsync(BatchId batch, IReadOnlyDictionary<string, string> facts, CancellationToken cancellationToken)
    {
        // Before anything is uploaded.
        var chosen = await ChooseModelAsync(cancellationToken);
        var root = _settings.Images ?? await _images.InStoreAsync(cancellationToken) ?? await _images.RunAsync(batch, cancellationToken);
        await StoreSkippedAsync(batch, cancellationToken);
        var spec = chosen with { ImageRoot = root, RowsPerShard = _settings.RowsPerShard ?? RowsPerShard() };
        try
        {
            await new BatchSubmitter(_fleet.Store, TimeProvider.System).SubmitAsync(batch, _input.Source, spec, facts, cancellationToken);
        }
        catch (BatchInputException exception)
        {
            throw new UsageException(exception.Message, exception);
        }
    }

    // Before the record: whoever finds the batch finds it complete.
    private async Task StoreSkippedAsync(BatchId batch, CancellationToken cancellationToken)
    {
        if (_input.Skipped is not { Count: > 0 } skipped) return;
        await using var upload = await _fleet.Store.BeginUploadAsync(BatchBlobs.Skipped(batch), cancellationToken);
        await skipped.WriteAsync(upload.Content, cancellationToken);
        await upload.CompleteAsync(BlobWriteCondition.Always, cancellationToken);
        _error.WriteLine(
            $"resprune: not read: {SkippedText.Of(skipped.Kinds)}; 'resprune fetch' brings their names as {SkippedFiles.FileName}.");
    }

    /// <summary>A fleet that starts, or whose coordinator has just moved, hears of its workers within seconds.</summary>
    private async Task<BatchSpec> ChooseModelAsync(CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var models = await FleetClient.AskAsync(_fleet.Batches.ListModelsAsync, StartTimeout, cancellationToken);
            try
            {
                return FleetModelChoice.Choose(_settings.Spec, _settings.Model, models, _settings.WaitForWorkers);
            }
            catch (UsageException) when (models.Count == 0 && waited.Elapsed < WorkersTimeout)
            {
                await Task.Delay(WorkersPause, cancellationToken);
            }
        }
    }

    /// <summary>A shard is what the loss of a worker may cost: small jobs should spread over the fleet, large ones not drown in files.</summary>
    private int RowsPerShard() => (int)Math.Clamp(_input.Rows / 64, 8, BatchSpec.DefaultRowsPerShard);

    private static BatchId IdOf(string key) =>
        BatchId.Parse("batch_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("key\0" + key)))[..32]);
}

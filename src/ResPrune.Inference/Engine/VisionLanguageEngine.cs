using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.Engine;

/// <summary>
/// (7) The engine's front: requests pass a bounded channel to the preprocessing threads and another to the device thread, which answers
/// each through its own promise. How requests are scheduled on the device is the loop's business alone.
/// </summary>
public sealed class VisionLanguageEngine : IVisionLanguageEngine
{
    private readonly Channel<PendingRequest> _accepted;
    private readonly Channel<PreparedRequest> _ready;
    private readonly CancellationTokenSource _stopping = new();
    private readonly DeviceInstruments? _instruments;
    private readonly ILogger _logger;
    private readonly Thread[] _preprocessors;
    private readonly Thread _device;
    private readonly LoadedModel _loaded;
    private readonly EngineLoop _loop;
    private readonly DeviceChecks _checks = new();
    private int _underWay;
    private int _disposed;

    private VisionLanguageEngine(EngineOptions options, LoadedModel loaded, ILogger logger, Action<EngineLoop> handOver, Thread device)
    {
        _instruments = loaded.Instruments;
        _logger = logger;
        _loaded = loaded;
        _device = device;
        _accepted = Channel.CreateBounded<PendingRequest>(options.QueueCapacity);
        _ready = Channel.CreateBounded<PreparedRequest>(new BoundedChannelOptions(Math.Max(options.QueueCapacity, options.BatchSize)) { SingleReader = true });
        _loop = new EngineLoop(_ready.Reader, loaded.Runner, options.BatchSize, () => Volatile.Read(ref _underWay), _instruments, logger, _checks);
        _instruments?.ObserveQueues(() => (_accepted.Reader.Count, _ready.Reader.Count));
        var threads = options.PreprocessThreads > 0 ? options.PreprocessThreads : Math.Max(1, Environment.ProcessorCount - 1);
        _preprocessors = new Thread[threads];
        for (var i = 0; i < threads; i++)
        {
            _preprocessors[i] = new Thread(Preprocess) { IsBackground = true, Name = $"resprune-preprocess-{i}" };
            _preprocessors[i].Start();
        }

        handOver(_loop);
    }

    /// <inheritdoc/>
    public ModelDescription Model => _loaded.Description;

    /// <summary>What loading the weights took.</summary>
    public LoadStatistics Loading => _loaded.Loading;

    /// <inheritdoc/>
    public EngineStatistics Statistics => _loop.Snapshot(_accepted.Reader.Count + _ready.Reader.Count);

    /// <summary>
    /// Loads a checkpoint on its own device thread, which owns every tensor until the engine is disposed. A load that is cancelled leaves neither
    /// thread nor model behind.
    /// </summary>
    /// <exception cref="ModelLoadException">The folder, device or dtype cannot be served; the message says why and what to do.</exception>
    public static async Task<VisionLanguageEngine> LoadAsync(
        EngineOptions options,
        EngineInstruments? instruments = null,
        ILogger? logger = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        logger ??= NullLogger.Instance;
        cancellationToken.ThrowIfCancellationRequested();
        var thread = new DeviceThread(options, instruments, logger, cancellationToken);
        try
        {
            var loaded = await thread.Loaded.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new VisionLanguageEngine(options, loaded, logger, thread.Start, thread.Thread);
        }
        catch
        {
            await thread.AbandonAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<string> DeviceFailure => _checks.Failure;

    /// <inheritdoc/>
    public async Task CheckDeviceAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        await _checks.AskAsync(linked.Token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<GenerationOutcome> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        if (_checks.Exception is { } failed) throw new DeviceFailedException(failed.Device, failed.Message, failed);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        var pending = new PendingRequest(request, linked.Token);
        Interlocked.Increment(ref _underWay);
        try
        {
            await _accepted.Writer.WriteAsync(pending, linked.Token).ConfigureAwait(false);
        }
        catch
        {
            Interlocked.Decrement(ref _underWay);
            throw;
        }

        return await pending.Outcome.WaitAsync(linked.Token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _accepted.Writer.TryComplete();
        _ready.Writer.TryComplete();
        foreach (var thread in _preprocessors) thread.Join();
        _device.Join();
        _stopping.Dispose();
    }

    /// <summary>(9), (10) on a preprocessing thread.</summary>
    private void Preprocess()
    {
        try
        {
            while (_accepted.Reader.WaitToReadAsync(_stopping.Token).AsTask().GetAwaiter().GetResult())
            {
                while (_accepted.Reader.TryRead(out var pending)) PreprocessOne(pending);
            }
        }
        catch (OperationCanceledException)
        {
            // The engine is being disposed; callers see their own cancellation.
        }
    }

    private void PreprocessOne(PendingRequest pending)
    {
        try
        {
            if (pending.CancellationToken.IsCancellationRequested)
            {
                pending.Cancel(pending.CancellationToken);
                return;
            }

            if (_loaded.Preparer.Prepare(pending, _loaded.Pixels, out var failure) is { } prepared)
            {
                _instruments?.StageEnded("preprocess", prepared.PreprocessSeconds);
                _ready.Writer.WriteAsync(prepared, _stopping.Token).AsTask().GetAwaiter().GetResult();
            }
            else
            {
                pending.Complete(failure!);
            }
        }
        catch (OperationCanceledException)
        {
            // The request was cancelled while it waited for memory, or the engine is being disposed.
            pending.Cancel(pending.CancellationToken);
            if (_stopping.IsCancellationRequested) throw;
        }
        catch (Exception exception)
        {
            // A bug in preprocessing must cost one row, not the thread that all later rows need.
            EngineLog.PreprocessingFailed(_logger, exception, pending.Request.RequestId);
            var reason = TorchFault.Classify(exception) == TorchFaultKind.OutOfMemory ? FailureReason.OutOfMemory : FailureReason.EngineError;
            pending.Complete(new GenerationFailure(pending.Request.RequestId, string.Empty, reason, exception.Message));
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}

using Microsoft.Extensions.Logging;

namespace ResPrune.Inference.Engine;

/// <summary>
/// The thread that owns a device: loads the model, waits for the front to be built, runs the loop, frees the model. All of it on one thread,
/// because torch's dispose scopes and inference mode are thread-local.
/// </summary>
internal sealed class DeviceThread
{
    private static readonly TimeSpan AbandonTime = TimeSpan.FromSeconds(10);

    private readonly TaskCompletionSource<LoadedModel> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<EngineLoop> _loop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EngineOptions _options;
    private readonly EngineInstruments? _instruments;
    private readonly ILogger _logger;
    private readonly CancellationToken _cancellation;

    /// <param name="options">What to load.</param>
    /// <param name="instruments">Metrics, or null.</param>
    /// <param name="logger">For what happens.</param>
    /// <param name="cancellation">Ends the loading.</param>
    public DeviceThread(EngineOptions options, EngineInstruments? instruments, ILogger logger, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _options = options;
        _instruments = instruments;
        _logger = logger;
        Thread = new Thread(Run) { IsBackground = true, Name = "resprune-device" };
        Thread.Start();
    }

    public Thread Thread { get; }

    public Task<LoadedModel> Loaded => _loaded.Task;

    public void Start(EngineLoop loop) => _loop.SetResult(loop);

    /// <summary>
    /// Nobody wants the model any more: the thread frees it and ends. Waits for that, though not for ever: a file that cannot be read at all, on a
    /// network that is gone, would hold the caller up.
    /// </summary>
    public Task AbandonAsync()
    {
        _loop.TrySetCanceled(CancellationToken.None);
        return Task.Run(() => Thread.Join(AbandonTime));
    }

    private void Run()
    {
        LoadedModel loaded;
        try
        {
            loaded = LoadedModel.Load(_options, _instruments, _logger, _cancellation);
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            _loaded.SetCanceled(_cancellation);
            return;
        }
        catch (Exception exception)
        {
            _loaded.SetException(exception);
            return;
        }

        using (loaded)
        {
            _loaded.SetResult(loaded);
            try
            {
                _loop.Task.GetAwaiter().GetResult().Run();
            }
            catch (OperationCanceledException) when (_loop.Task.IsCanceled)
            {
                // The load was abandoned when it had just succeeded.
            }
            catch (Exception exception)
            {
                EngineLog.LoopDied(_logger, exception);
                throw;
            }
        }
    }
}

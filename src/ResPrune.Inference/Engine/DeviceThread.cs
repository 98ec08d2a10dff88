using Microsoft.Extensions.Logging;

namespace ResPrune.Inference.Engine;

/// <summary>
/// The thread that owns a device: loads the model, waits for the front to be built, runs the loop, frees the model. All of it on one thread,
/// because torch's dispose scopes and inference mode are thread-local.
/// </summary>
internal sealed class DeviceThread
{
    private readonly TaskCompletionSource<LoadedModel> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<EngineLoop> _loop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EngineOptions _options;
    private readonly EngineInstruments? _instruments;
    private readonly ILogger _logger;

    public DeviceThread(EngineOptions options, EngineInstruments? instruments, ILogger logger)
    {
        _options = options;
        _instruments = instruments;
        _logger = logger;
        Thread = new Thread(Run) { IsBackground = true, Name = "resprune-device" };
        Thread.Start();
    }

    public Thread Thread { get; }

    public Task<LoadedModel> Loaded => _loaded.Task;

    public void Start(EngineLoop loop) => _loop.SetResult(loop);

    private void Run()
    {
        LoadedModel loaded;
        try
        {
            loaded = LoadedModel.Load(_options, _instruments, _logger);
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
            catch (Exception exception)
            {
                EngineLog.LoopDied(_logger, exception);
                throw;
            }
        }
    }
}

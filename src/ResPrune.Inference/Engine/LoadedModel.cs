using System.Diagnostics;
using Microsoft.Extensions.Logging;
using ResPrune.Inference.Models;
using ResPrune.Inference.Tokenization;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.Engine;

/// <summary>A checkpoint ready to serve: what the preprocessing threads need and what the device thread needs.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly CheckpointModel _model;

    private LoadedModel(
        CheckpointModel model, ModelDescription description, RequestPreparer preparer, PixelBudget pixels, MicroBatchRunner runner, DeviceInstruments? instruments)
    {
        _model = model;
        Loading = model.Loading;
        Description = description;
        Preparer = preparer;
        Pixels = pixels;
        Runner = runner;
        Instruments = instruments;
    }

    public ModelDescription Description { get; }

    /// <summary>What loading the weights took.</summary>
    public LoadStatistics Loading { get; }

    public RequestPreparer Preparer { get; }

    /// <summary>What images may take.</summary>
    public PixelBudget Pixels { get; }

    public MicroBatchRunner Runner { get; }

    /// <summary>Metrics of this engine, or null.</summary>
    public DeviceInstruments? Instruments { get; }

    /// <summary>Loads a checkpoint folder. Call on the thread that will own the tensors.</summary>
    /// <exception cref="ModelLoadException">It cannot be served; the message names file, field or tensor.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing is left behind.</exception>
    public static LoadedModel Load(EngineOptions options, EngineInstruments? instruments, ILogger logger, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.ModelDirectory));
        var checkpoint = ModelFamilies.Open(directory);
        var tokenizer = TokenizerLoader.LoadFolder(directory);
        var preparer = RequestPreparer.Create(checkpoint, tokenizer, options);
        var sizes = CheckpointFiles.SizesOf(directory);
        var device = DeviceSelector.Resolve(options.Device);
        UseThreads(options, sizes, logger);
        var dtype = DTypeSelector.Resolve(options.DType, device, sizes);
        var model = CheckpointModel.Load(checkpoint, device, dtype, cancellationToken);
        try
        {
            ProcessMemory.ReleaseFreed(); // what converting took
            var description = new ModelDescription(
                ModelName.Of(directory),
                checkpoint.ModelType,
                model.Parameters,
                device.ToString(),
                dtype.ToString(),
                model.WeightsDigest,
                checkpoint.DefaultAlpha)
            {
                Generation = checkpoint.Generation.Settings,
                Notices = ModelNotices.Of(checkpoint, tokenizer),
            };
            cancellationToken.ThrowIfCancellationRequested();
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            EngineLog.ModelLoaded(logger, description.Name, model.Parameters, description.DType, description.Device, seconds);
            foreach (var line in description.Notices) EngineLog.ModelNotice(logger, line);
            var pixels = options.ImageMemoryMebibytes > 0 ? new PixelBudget((long)options.ImageMemoryMebibytes << 20) : PixelBudget.OfProcess;
            var memory = options.FreeBytes is { } free ? new DeviceMemory(free, includesCache: false) : DeviceMemory.Of(device, pixels);
            var series = instruments?.Attach(description, seconds);
            var runner = new MicroBatchRunner(checkpoint, model.Model, tokenizer, memory, series);
            series?.ObserveMemory(() => (model.Loading.WeightBytes, runner.CacheBytes));
            return new LoadedModel(model, description, preparer, pixels, runner, series);
        }
        catch
        {
            model.Dispose();
            cancellationToken.ThrowIfCancellationRequested(); // The digest that is stopped says something else.
            throw;
        }
    }

    public void Dispose()
    {
        Instruments?.Dispose();
        Runner.Dispose();
        _model.Dispose();
    }

    private static void UseThreads(EngineOptions options, WeightSizes sizes, ILogger logger)
    {
        var small = sizes.StoredBytes < DTypeSelector.SmallModelBytes;
        var wanted = options.TorchThreads > 0 ? options.TorchThreads : small ? 1 : Environment.ProcessorCount;
        var decided = TorchThreads.Use(wanted);
        if (decided != wanted) EngineLog.ThreadsDecided(logger, wanted, decided);
    }
}

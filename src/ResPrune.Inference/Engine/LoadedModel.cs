using System.Diagnostics;
using Microsoft.Extensions.Logging;
using ResPrune.Inference.Models;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tokenization;
using ResPrune.Inference.Weights;
using TorchSharp;

namespace ResPrune.Inference.Engine;

/// <summary>A checkpoint ready to serve: what the preprocessing threads need and what the device thread needs.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly CheckpointModel _model;

    private LoadedModel(CheckpointModel model, ModelDescription description, RequestPreparer preparer, MicroBatchRunner runner)
    {
        _model = model;
        Loading = model.Loading;
        Description = description;
        Preparer = preparer;
        Runner = runner;
    }

    public ModelDescription Description { get; }

    /// <summary>What loading the weights took.</summary>
    public LoadStatistics Loading { get; }

    public RequestPreparer Preparer { get; }

    public MicroBatchRunner Runner { get; }

    /// <summary>Loads a checkpoint folder. Call on the thread that will own the tensors.</summary>
    /// <exception cref="ModelLoadException">It cannot be served; the message names file, field or tensor.</exception>
    public static LoadedModel Load(EngineOptions options, EngineInstruments? instruments, ILogger logger)
    {
        var started = Stopwatch.GetTimestamp();
        var directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.ModelDirectory));
        var checkpoint = ModelFamilies.Open(directory);
        var tokenizer = TokenizerLoader.LoadFolder(directory);
        var preparer = RequestPreparer.Create(checkpoint, tokenizer, options);
        var sizes = CheckpointFiles.SizesOf(directory);
        var device = DeviceSelector.Resolve(options.Device);
        var small = sizes.StoredBytes < DTypeSelector.SmallModelBytes;
        torch.set_num_threads(options.TorchThreads > 0 ? options.TorchThreads : small ? 1 : Environment.ProcessorCount);
        var dtype = DTypeSelector.Resolve(options.DType, device, sizes);
        var model = CheckpointModel.Load(checkpoint, device, dtype);
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
            Notices = CheckpointChatTemplate.Differs(directory, checkpoint.CreatePromptFormat(tokenizer).Text) is { } notice ? [notice] : [],
        };
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        EngineLog.ModelLoaded(logger, description.Name, model.Parameters, description.DType, description.Device, seconds);
        instruments?.Loaded(description, seconds);
        foreach (var line in description.Notices) EngineLog.ModelNotice(logger, line);
        var memory = options.FreeBytes is { } free ? new DeviceMemory(free, includesCache: false) : DeviceMemory.Of(device);
        var runner = new MicroBatchRunner(checkpoint, model.Model, tokenizer, memory, instruments);
        instruments?.ObserveMemory(description, model.Loading.WeightBytes, () => runner.CacheBytes);
        return new LoadedModel(model, description, preparer, runner);
    }

    public void Dispose()
    {
        Runner.Dispose();
        _model.Dispose();
    }
}

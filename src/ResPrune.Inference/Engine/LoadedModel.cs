using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using ResPrune.Inference.Models;
using ResPrune.Inference.Tokenization;
using TorchSharp;

namespace ResPrune.Inference.Engine;

/// <summary>A checkpoint ready to serve: what the preprocessing threads need and what the device thread needs.</summary>
internal sealed class LoadedModel : IDisposable
{
    /// <summary>α of the LLaVA family in the paper.</summary>
    private const double LlavaAlpha = 0.75;

    /// <summary>Weights below this are a small model's.</summary>
    private const long SmallModelBytes = 100_000_000;

    private readonly LlavaModel _model;

    private LoadedModel(LlavaModel model, ModelDescription description, RequestPreparer preparer, MicroBatchRunner runner)
    {
        _model = model;
        Description = description;
        Preparer = preparer;
        Runner = runner;
    }

    public ModelDescription Description { get; }

    public RequestPreparer Preparer { get; }

    public MicroBatchRunner Runner { get; }

    /// <summary>Loads a checkpoint folder. Call on the thread that will own the tensors.</summary>
    /// <exception cref="ModelLoadException">It cannot be served; the message names file, field or tensor.</exception>
    public static LoadedModel Load(EngineOptions options, EngineInstruments? instruments, ILogger logger)
    {
        var started = Stopwatch.GetTimestamp();
        var directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.ModelDirectory));
        if (!Directory.Exists(directory)) throw new ModelLoadException($"{directory}: no such model folder.");
        ModelFamilies.EnsureSupported(directory);
        var config = LlavaConfig.Read(directory);
        var tokenizer = TokenizerLoader.Load(Path.Combine(directory, "tokenizer.json"));
        var preparer = RequestPreparer.Create(directory, config, tokenizer, options);
        var weights = Path.Combine(directory, "model.safetensors");
        var device = DeviceSelector.Resolve(options.Device);
        var small = File.Exists(weights) && new FileInfo(weights).Length < SmallModelBytes;
        torch.set_num_threads(options.TorchThreads > 0 ? options.TorchThreads : small ? 1 : Environment.ProcessorCount);
        var dtype = DTypeSelector.Resolve(options.DType, device, small);
        var model = LlavaModel.Load(directory, config, device, dtype, out var parameters);
        var description = new ModelDescription(
            Path.GetFileName(directory),
            LlavaConfig.ModelType,
            parameters,
            device.ToString(),
            DTypeSelector.Name(dtype),
            Digest(weights),
            config.VisualTokens,
            LlavaAlpha);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        EngineLog.ModelLoaded(logger, description.Name, parameters, description.DType, description.Device, seconds);
        return new LoadedModel(model, description, preparer, new MicroBatchRunner(model, tokenizer, LlavaAlpha, instruments));
    }

    public void Dispose()
    {
        Runner.Dispose();
        _model.Dispose();
    }

    private static string Digest(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}

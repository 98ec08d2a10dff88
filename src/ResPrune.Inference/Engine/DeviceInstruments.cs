using System.Diagnostics.Metrics;

namespace ResPrune.Inference.Engine;

/// <summary>What one engine tells Prometheus; every series carries its device and model. Ends when the engine is disposed.</summary>
internal sealed class DeviceInstruments : IDisposable
{
    private readonly EngineInstruments _process;
    private readonly KeyValuePair<string, object?> _model;
    private readonly KeyValuePair<string, object?> _device;
    private Func<(int Preprocessing, int Ready)>? _queues;
    private Func<(long Weights, long Cache)>? _memory;
    private double _secondsPerToken;
    private long _peakKvKept;
    private long _peakKvTotal;

    /// <summary>Counters start at zero here, so that their first increase is seen as one.</summary>
    public DeviceInstruments(EngineInstruments process, ModelDescription model, double loadSeconds)
    {
        _process = process;
        _model = new("model", model.Name);
        _device = new("device", model.Device);
        Info = new Measurement<int>(1, _model, new("model_type", model.ModelType), _device, new("dtype", model.DType));
        LoadDuration = new Measurement<double>(loadSeconds, _model, _device);
        process.Images.Add(0, _model, _device);
        Count(prompt: 0, generated: 0);
        process.Busy.Add(0, _model, _device);
        process.Starved.Add(0, _model, _device);
        process.Saved.Add(0, _model, _device);
    }

    public Measurement<int> Info { get; }

    public Measurement<double> LoadDuration { get; }

    public Measurement<double> TokenDuration => new(Volatile.Read(ref _secondsPerToken), _model, _device);

    /// <summary>Publishes how many requests wait; the callback must be cheap and thread-safe.</summary>
    public void ObserveQueues(Func<(int Preprocessing, int Ready)> queues) => Volatile.Write(ref _queues, queues);

    /// <summary>Publishes what the model takes of the device's memory; the callback must be thread-safe.</summary>
    public void ObserveMemory(Func<(long Weights, long Cache)> memory) => Volatile.Write(ref _memory, memory);

    public IEnumerable<Measurement<int>> QueueDepths()
    {
        if (Volatile.Read(ref _queues)?.Invoke() is not var (preprocessing, ready)) return [];
        return [new(preprocessing, new("stage", "preprocess"), _device), new(ready, new("stage", "device"), _device)];
    }

    public IEnumerable<Measurement<long>> Memory()
    {
        if (Volatile.Read(ref _memory)?.Invoke() is not var (weights, cache)) return [];
        return [new(weights, _model, _device, new("kind", "weights")), new(cache, _model, _device, new("kind", "kv_cache"))];
    }

    public IEnumerable<Measurement<long>> PeakKv() =>
    [
        new(Interlocked.Read(ref _peakKvTotal), _model, _device, new("kind", "total")),
        new(Interlocked.Read(ref _peakKvKept), _model, _device, new("kind", "kept")),
    ];

    public void StageEnded(string stage, double seconds) => _process.StageEnded(stage, seconds);

    public void BatchEnded(int requests, int images, double busySeconds)
    {
        _process.CountTensors();
        _process.BatchSize.Record(requests);
        _process.Images.Add(images, _model, _device);
        _process.Busy.Add(busySeconds, _model, _device);
    }

    public void Starved(double seconds) => _process.Starved.Add(seconds, _model, _device);

    /// <summary>A micro-batch was prefilled.</summary>
    public void Prefilled(double secondsPerToken, long tokensDropped, long kvBytesKept, long kvBytesTotal)
    {
        Volatile.Write(ref _secondsPerToken, secondsPerToken);
        _process.Saved.Add(secondsPerToken * tokensDropped, _model, _device);
        RaiseTo(ref _peakKvKept, kvBytesKept);
        RaiseTo(ref _peakKvTotal, kvBytesTotal);
    }

    public void Answered(GenerationResult result) => Count(result.Usage.PromptTokens, result.Usage.CompletionTokens);

    /// <inheritdoc/>
    public void Dispose() => _process.Detach(this);

    private void Count(long prompt, long generated)
    {
        _process.Tokens.Add(prompt, _model, _device, new("kind", "prompt"));
        _process.Tokens.Add(generated, _model, _device, new("kind", "generated"));
    }

    private static void RaiseTo(ref long peak, long value)
    {
        for (var seen = Interlocked.Read(ref peak); value > seen; seen = Interlocked.Read(ref peak))
            if (Interlocked.CompareExchange(ref peak, value, seen) == seen) return;
    }
}

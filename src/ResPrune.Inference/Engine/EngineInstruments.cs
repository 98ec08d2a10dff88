using System.Diagnostics.Metrics;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>
/// What an engine tells Prometheus. Meter <c>ResPrune</c>; names and units after OpenTelemetry, boundaries set by hand. What happens on a
/// device carries the name of the model, since a process serves one.
/// </summary>
public sealed class EngineInstruments
{
    /// <summary>The product's one meter.</summary>
    public const string MeterName = "ResPrune";

    private static readonly double[] StageBoundaries =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private static readonly int[] BatchBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    private readonly Histogram<double> _stageDuration;
    private readonly Histogram<int> _batchSize;
    private readonly Counter<long> _images;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _busy;
    private readonly Counter<double> _starved;
    private readonly Counter<double> _saved;
    private readonly Meter _meter;
    private KeyValuePair<string, object?> _model = new("model", "");
    private long _liveTensors;
    private double _secondsPerToken;
    private long _peakKvKept;
    private long _peakKvTotal;

    /// <summary>Creates the instruments on the product's meter.</summary>
    public EngineInstruments(IMeterFactory meterFactory)
    {
        ArgumentNullException.ThrowIfNull(meterFactory);
        var meter = _meter = meterFactory.Create(MeterName);
        _stageDuration = meter.CreateHistogram(
            "resprune.stage.duration", "s", "Time of one micro-batch in a stage (fetch, preprocess: of one request; write: of one shard).",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = StageBoundaries });
        _batchSize = meter.CreateHistogram(
            "resprune.batch.size", "{request}", "Requests in a micro-batch.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = BatchBoundaries });
        _images = meter.CreateCounter<long>("resprune.images", "{image}", "Images encoded.");
        _tokens = meter.CreateCounter<long>("resprune.tokens", "{token}", "Language-model tokens: prompt as prefilled, generated.");
        _busy = meter.CreateCounter<double>("resprune.device.busy", "s", "Time the device thread worked.");
        _starved = meter.CreateCounter<double>("resprune.device.starved", "s", "Time the device thread waited for input while requests were under way.");
        _saved = meter.CreateCounter<double>(
            "resprune.device.saved", "s", "Estimate of the device time that pruning saved in prefill: tokens dropped times the time of a token.");
    }

    /// <summary>Publishes how many requests wait; the callback must be cheap and thread-safe.</summary>
    internal void ObserveQueues(Func<int> preprocessing, Func<int> ready) =>
        _meter.CreateObservableGauge(
            "resprune.queue.depth",
            () => new[]
            {
                new Measurement<int>(preprocessing(), new KeyValuePair<string, object?>("stage", "preprocess")),
                new Measurement<int>(ready(), new KeyValuePair<string, object?>("stage", "device")),
            },
            "{request}",
            "Requests waiting for a stage.");

    /// <summary>A stage took so long. The engine reports its own; those around it (fetch, write) are reported by whoever runs them.</summary>
    /// <param name="stage">Name of the stage: the metric tag, closed.</param>
    /// <param name="seconds">How long it took.</param>
    public void StageEnded(string stage, double seconds) => _stageDuration.Record(seconds, new KeyValuePair<string, object?>("stage", stage));

    /// <summary>A model is on a device. Counters start at zero from here, so that their first increase is seen as one.</summary>
    internal void Loaded(ModelDescription model, double seconds)
    {
        _model = new("model", model.Name);
        var info = new Measurement<int>(1, _model, new("model_type", model.ModelType), new("device", model.Device), new("dtype", model.DType));
        var took = new Measurement<double>(seconds, _model, new KeyValuePair<string, object?>("device", model.Device));
        _meter.CreateObservableGauge("resprune.model.info", () => info, unit: null, "Always 1; what is loaded is in the labels.");
        _meter.CreateObservableGauge("resprune.model.load.duration", () => took, "s", "What loading the model took.");
        _meter.CreateObservableGauge(
            "resprune.tensors.live", () => Volatile.Read(ref _liveTensors), "{tensor}", "Tensors alive after the last micro-batch, when only weights and cache should be.");
        _meter.CreateObservableGauge(
            "resprune.prefill.token.duration",
            () => new Measurement<double>(Volatile.Read(ref _secondsPerToken), _model),
            "s",
            "Time that one more token costs in prefill, fitted to this process's own micro-batches.");
        _meter.CreateObservableGauge(
            "resprune.kv.peak", PeakKv, "By", "Most bytes that the prompts of a micro-batch took in the KV cache (kept), and would have taken unpruned (total).");
        _images.Add(0, _model);
        Count(prompt: 0, generated: 0);
        _busy.Add(0, _model);
        _starved.Add(0, _model);
        _saved.Add(0, _model);
    }

    /// <summary>Publishes what the model takes of the device's memory; the callback must be thread-safe.</summary>
    internal void ObserveMemory(ModelDescription model, long weights, Func<long> cache) => _meter.CreateObservableGauge(
        "resprune.device.memory",
        () => new Measurement<long>[]
        {
            new(weights, _model, new("device", model.Device), new("kind", "weights")),
            new(cache(), _model, new("device", model.Device), new("kind", "kv_cache")),
        },
        "By",
        "Device memory that the model holds: weights as they are held, and the KV cache as it is allocated.");

    internal void BatchEnded(int requests, int images, double busySeconds)
    {
        Volatile.Write(ref _liveTensors, Tensor.TotalCount);
        _batchSize.Record(requests);
        _images.Add(images, _model);
        _busy.Add(busySeconds, _model);
    }

    internal void Starved(double seconds) => _starved.Add(seconds, _model);

    /// <summary>A micro-batch was prefilled.</summary>
    internal void Prefilled(double secondsPerToken, long tokensDropped, long kvBytesKept, long kvBytesTotal)
    {
        Volatile.Write(ref _secondsPerToken, secondsPerToken);
        _saved.Add(secondsPerToken * tokensDropped, _model);
        RaiseTo(ref _peakKvKept, kvBytesKept);
        RaiseTo(ref _peakKvTotal, kvBytesTotal);
    }

    internal void Answered(GenerationResult result) => Count(result.Usage.PromptTokens, result.Usage.CompletionTokens);

    private void Count(long prompt, long generated)
    {
        _tokens.Add(prompt, _model, new("kind", "prompt"));
        _tokens.Add(generated, _model, new("kind", "generated"));
    }

    private IEnumerable<Measurement<long>> PeakKv() =>
    [
        new(Interlocked.Read(ref _peakKvTotal), _model, new("kind", "total")),
        new(Interlocked.Read(ref _peakKvKept), _model, new("kind", "kept")),
    ];

    private static void RaiseTo(ref long peak, long value)
    {
        for (var seen = Interlocked.Read(ref peak); value > seen; seen = Interlocked.Read(ref peak))
            if (Interlocked.CompareExchange(ref peak, value, seen) == seen) return;
    }
}

using System.Diagnostics.Metrics;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>What an engine tells Prometheus. Meter <c>ResPrune</c>; names and units after OpenTelemetry, boundaries set by hand.</summary>
public sealed class EngineInstruments
{
    /// <summary>The product's one meter.</summary>
    public const string MeterName = "ResPrune";

    private static readonly double[] StageBoundaries =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private static readonly double[] BatchBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    private readonly Histogram<double> _stageDuration;
    private readonly Histogram<int> _batchSize;
    private readonly Counter<long> _images;
    private readonly Counter<long> _visualTokens;
    private readonly Counter<long> _tokens;
    private readonly Counter<double> _flopsSaved;
    private readonly Counter<long> _kvSaved;
    private readonly Counter<double> _busy;
    private readonly Counter<double> _starved;
    private readonly Meter _meter;
    private long _liveTensors;

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
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = Array.ConvertAll(BatchBoundaries, boundary => (int)boundary) });
        _images = meter.CreateCounter<long>("resprune.images", "{image}", "Images encoded.");
        _visualTokens = meter.CreateCounter<long>("resprune.visual_tokens", "{token}", "Visual tokens of answered requests: total before pruning, kept after it.");
        _tokens = meter.CreateCounter<long>("resprune.tokens", "{token}", "Language-model tokens: prompt as prefilled, generated.");
        _flopsSaved = meter.CreateCounter<double>("resprune.prefill.saved", "{flop}", "Prefill floating-point operations that pruning saved.");
        _kvSaved = meter.CreateCounter<long>("resprune.kv.saved", "By", "KV-cache bytes that pruning saved.");
        _busy = meter.CreateCounter<double>("resprune.device.busy", "s", "Time the device thread worked.");
        meter.CreateObservableGauge("resprune.tensors.live", () => Volatile.Read(ref _liveTensors), "{tensor}", "Tensors alive after the last micro-batch, when only weights and cache should be.");
        _starved = meter.CreateCounter<double>("resprune.device.starved", "s", "Time the device thread waited for input while requests were under way.");
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

    internal void BatchEnded(int requests, int images, double busySeconds)
    {
        Volatile.Write(ref _liveTensors, Tensor.TotalCount);
        _batchSize.Record(requests);
        _images.Add(images);
        _busy.Add(busySeconds);
    }

    internal void Starved(double seconds) => _starved.Add(seconds);

    internal void Answered(GenerationResult result)
    {
        _visualTokens.Add(result.Usage.VisualTokensTotal, new KeyValuePair<string, object?>("kind", "total"));
        _visualTokens.Add(result.Usage.VisualTokensKept, new KeyValuePair<string, object?>("kind", "kept"));
        _tokens.Add(result.Usage.PromptTokens, new KeyValuePair<string, object?>("kind", "prompt"));
        _tokens.Add(result.Usage.CompletionTokens, new KeyValuePair<string, object?>("kind", "generated"));
        _flopsSaved.Add(result.Work.PrefillFlopsUnpruned - result.Work.PrefillFlops);
        _kvSaved.Add(result.Work.KvBytesUnpruned - result.Work.KvBytes);
    }
}

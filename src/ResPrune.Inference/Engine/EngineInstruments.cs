using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>
/// What the engines of a process tell Prometheus. Meter <c>ResPrune</c>; names and units after OpenTelemetry, boundaries set by hand. What
/// happens on a device carries its name and the model's (<see cref="DeviceInstruments"/>), since a process may have an engine on each of several.
/// </summary>
public sealed class EngineInstruments
{
    /// <summary>The product's one meter.</summary>
    public const string MeterName = "ResPrune";

    private static readonly double[] StageBoundaries =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

    private static readonly int[] BatchBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256];

    private readonly Histogram<double> _stageDuration;
    private ImmutableArray<DeviceInstruments> _devices = [];
    private long _liveTensors;

    /// <summary>Creates the instruments on the product's meter.</summary>
    public EngineInstruments(IMeterFactory meterFactory)
    {
        ArgumentNullException.ThrowIfNull(meterFactory);
        var meter = Meter = meterFactory.Create(MeterName);
        _stageDuration = meter.CreateHistogram(
            "resprune.stage.duration", "s", "Time of one micro-batch in a stage (fetch, preprocess: of one request; write: of one shard).",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = StageBoundaries });
        BatchSize = meter.CreateHistogram(
            "resprune.batch.size", "{request}", "Requests in a micro-batch.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = BatchBoundaries });
        Images = meter.CreateCounter<long>("resprune.images", "{image}", "Images encoded.");
        Tokens = meter.CreateCounter<long>("resprune.tokens", "{token}", "Language-model tokens: prompt as prefilled, generated.");
        Busy = meter.CreateCounter<double>("resprune.device.busy", "s", "Time the device thread worked.");
        Starved = meter.CreateCounter<double>("resprune.device.starved", "s", "Time the device thread waited for input while requests were under way.");
        Saved = meter.CreateCounter<double>(
            "resprune.device.saved", "s", "Estimate of the device time that pruning saved in prefill: tokens dropped times the time of a token.");
        CreateGauges(meter);
    }

    internal Meter Meter { get; }

    internal Histogram<int> BatchSize { get; }

    internal Counter<long> Images { get; }

    internal Counter<long> Tokens { get; }

    internal Counter<double> Busy { get; }

    internal Counter<double> Starved { get; }

    internal Counter<double> Saved { get; }

    /// <summary>A stage took so long. The engine reports its own; those around it (fetch, write) are reported by whoever runs them.</summary>
    /// <param name="stage">Name of the stage: the metric tag, closed.</param>
    /// <param name="seconds">How long it took.</param>
    public void StageEnded(string stage, double seconds) => _stageDuration.Record(seconds, new KeyValuePair<string, object?>("stage", stage));

    /// <summary>A model is on a device. Dispose what is returned when it no longer is: its gauges end then.</summary>
    internal DeviceInstruments Attach(ModelDescription model, double loadSeconds)
    {
        var device = new DeviceInstruments(this, model, loadSeconds);
        ImmutableInterlocked.Update(ref _devices, devices => devices.Add(device));
        return device;
    }

    internal void Detach(DeviceInstruments device) => ImmutableInterlocked.Update(ref _devices, devices => devices.Remove(device));

    /// <summary>torch counts tensors for the whole process.</summary>
    internal void CountTensors() => Volatile.Write(ref _liveTensors, Tensor.TotalCount);

    /// <summary>Each gauge exists once and asks every device: two of one name on a meter would overwrite each other.</summary>
    private void CreateGauges(Meter meter)
    {
        meter.CreateObservableGauge("resprune.queue.depth", () => Devices(device => device.QueueDepths()), "{request}", "Requests waiting for a stage.");
        meter.CreateObservableGauge(
            "resprune.model.info", () => Devices<int>(device => [device.Info]), unit: null, "Always 1; what is loaded is in the labels.");
        meter.CreateObservableGauge(
            "resprune.model.load.duration", () => Devices<double>(device => [device.LoadDuration]), "s", "What loading the model took.");
        meter.CreateObservableGauge(
            "resprune.tensors.live",
            () => _devices.IsEmpty ? Array.Empty<Measurement<long>>() : [new(Volatile.Read(ref _liveTensors))],
            "{tensor}",
            "Tensors of the process alive after the last micro-batch, when only weights and caches should be.");
        meter.CreateObservableGauge(
            "resprune.prefill.token.duration",
            () => Devices<double>(device => [device.TokenDuration]),
            "s",
            "Time that one more token costs in prefill, fitted to this process's own micro-batches.");
        meter.CreateObservableGauge(
            "resprune.kv.peak",
            () => Devices(device => device.PeakKv()),
            "By",
            "Most bytes that the prompts of a micro-batch took in the KV cache (kept), and would have taken unpruned (total).");
        meter.CreateObservableGauge(
            "resprune.device.memory",
            () => Devices(device => device.Memory()),
            "By",
            "Device memory that the model holds: weights as they are held, and the KV cache as it is allocated.");
    }

    private IEnumerable<Measurement<T>> Devices<T>(Func<DeviceInstruments, IEnumerable<Measurement<T>>> measure)
        where T : struct => _devices.SelectMany(measure);
}

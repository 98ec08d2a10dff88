using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using ResPrune.Cluster.Workers;
using ResPrune.Golden;
using ResPrune.Inference.Engine;

namespace ResPrune.Server.Tests.Health;

/// <summary>
/// A device with a real engine whose thread a test stops for as long as it likes: instruments tell their listeners on the thread that
/// measures.
/// </summary>
internal sealed class WedgeableDevice : IAsyncDisposable
{
    private readonly ServiceProvider _metering = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly ManualResetEventSlim _goOn = new(initialState: true);

    public WedgeableDevice()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == Meters && instrument.Name == "resprune.stage.duration") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            if (tags[0].Value is "encode") _goOn.Wait();
        });
        _listener.Start();
        Device = new WorkerDevice("cpu", Task.Run(LoadAsync));
    }

    public WorkerDevice Device { get; }

    private IMeterFactory Meters => _metering.GetRequiredService<IMeterFactory>();

    /// <summary>Its thread stops in the next micro-batch.</summary>
    public void Wedge() => _goOn.Reset();

    /// <summary>Its thread goes on.</summary>
    public void Unwedge() => _goOn.Set();

    /// <summary>Gives it something to do.</summary>
    public async Task<GenerationOutcome> AskAsync()
    {
        var image = await File.ReadAllBytesAsync(GoldenData.Files("images")[0]);
        var request = new GenerationRequest { RequestId = "one", Image = image, Question = "What is this?" };
        return await (await Device.Engine).GenerateAsync(request, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        Unwedge();
        await (await Device.Engine).DisposeAsync();
        _listener.Dispose();
        _goOn.Dispose();
        await _metering.DisposeAsync();
    }

    private async Task<IVisionLanguageEngine> LoadAsync()
    {
        var options = new EngineOptions { ModelDirectory = GoldenData.Folders("models")[0], Device = "cpu", DType = "float32", BatchSize = 1 };
        return await VisionLanguageEngine.LoadAsync(options, new EngineInstruments(Meters));
    }
}

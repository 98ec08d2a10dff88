using System.Diagnostics;
using System.Diagnostics.Metrics;
using ResPrune.Golden;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Llava;
using ResPrune.Inference.Tests.Models;
using SkiaSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Engine;

/// <summary>Engines that come and go beside each other in one process.</summary>
[Collection(nameof(TensorCounting))]
public sealed class EngineLifetimeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string Model = GoldenModel.First(LlavaConfig.ModelType).Directory;

    private static EngineOptions Options => new() { ModelDirectory = Model, Device = "cpu", DType = "float32" };

    [Fact]
    public async Task A_load_that_is_cancelled_at_any_moment_leaves_no_thread_and_no_tensor()
    {
        await using (await VisionLanguageEngine.LoadAsync(Options))
        {
            // What is made once a process is there.
        }

        var tensors = Tensor.TotalCount;
        var threads = DeviceThreads();
        var took = Stopwatch.StartNew();
        await using (await VisionLanguageEngine.LoadAsync(Options)) took.Stop();
        var cancelled = 0;
        for (var moment = 0; moment <= 20; moment++)
        {
            using var cancellation = new CancellationTokenSource(took.Elapsed * moment / 20);
            try
            {
                await using var engine = await VisionLanguageEngine.LoadAsync(Options, cancellationToken: cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                cancelled++;
                Assert.Equal(tensors, Tensor.TotalCount);
            }
        }

        Assert.InRange(cancelled, 1, 21);
        Assert.Equal(tensors, Tensor.TotalCount);
        took.Restart(); // The kernel's thread ends a moment after the runtime's.
        while (DeviceThreads() > threads) Assert.True(took.Elapsed < Patience, $"{DeviceThreads()} device threads are left, {threads} were there before.");
    }

    [Fact]
    public void Two_engines_keep_their_gauges_apart_and_one_that_is_disposed_takes_its_own_along()
    {
        using var meters = new Meters();
        var instruments = new EngineInstruments(meters);
        var first = instruments.Attach(Description("cuda:0"), 1);
        var second = instruments.Attach(Description("cuda:1"), 2);
        first.ObserveQueues(() => (1, 2));
        second.ObserveQueues(() => (3, 4));
        first.ObserveMemory(() => (5, 6));
        second.ObserveMemory(() => (7, 8));
        first.Prefilled(0.5, 1, 10, 20);
        second.Prefilled(0.25, 1, 30, 40);

        var seen = Gauges(instruments);
        foreach (var name in seen.Keys.Where(name => name != "resprune.tensors.live"))
            Assert.All(seen[name], labels => Assert.Contains("device=cuda:", labels, StringComparison.Ordinal));
        Assert.Equal(["device=cuda:0,stage=device: 2", "device=cuda:0,stage=preprocess: 1", "device=cuda:1,stage=device: 4", "device=cuda:1,stage=preprocess: 3"], seen["resprune.queue.depth"].Order());
        Assert.Equal(["device=cuda:0,model=m: 0.5", "device=cuda:1,model=m: 0.25"], seen["resprune.prefill.token.duration"].Order());
        Assert.Equal(4, seen["resprune.kv.peak"].Distinct().Count());
        Assert.Equal(4, seen["resprune.device.memory"].Distinct().Count());
        Assert.Equal(2, seen["resprune.model.load.duration"].Count);

        first.Dispose();
        Assert.All(Gauges(instruments)["resprune.queue.depth"], labels => Assert.Contains("cuda:1", labels, StringComparison.Ordinal));
        second.Dispose();
        Assert.Empty(Gauges(instruments));
    }

    [Fact]
    public async Task Two_engines_of_a_process_use_the_threads_that_the_first_decided()
    {
        // The tests' own engines are of small models, which decide on one thread.
        await using var first = await VisionLanguageEngine.LoadAsync(Options);
        await using var second = await VisionLanguageEngine.LoadAsync(Options with { TorchThreads = 2 });
        var request = new GenerationRequest
        {
            RequestId = "r",
            Image = File.ReadAllBytes(GoldenData.Files("images")[0]),
            Question = "What is this?",
            Sampling = new SamplingParameters { MaxTokens = 4 },
        };
        var answers = await Task.WhenAll(first.GenerateAsync(request, default), second.GenerateAsync(request, default));
        Assert.Equal(((GenerationResult)answers[0]).Text, ((GenerationResult)answers[1]).Text);
        var threads = 0;
        var thread = new Thread(() => threads = Inference.Engine.TorchThreads.Use(7) * torch.get_num_threads());
        thread.Start();
        thread.Join();
        Assert.Equal((1, 1), (threads, torch.get_num_interop_threads()));
    }

    [Fact]
    public async Task Images_larger_than_the_budget_are_decoded_one_at_a_time_and_cancelled_ones_leave()
    {
        var image = Png(1500, 1500); // 9 MB decoded
        await using var engine = await VisionLanguageEngine.LoadAsync(Options with { PreprocessThreads = 4, ImageMemoryMebibytes = 1 });
        using var cancellation = new CancellationTokenSource();
        var tasks = Enumerable.Range(0, 12).Select(i => engine.GenerateAsync(Request(image, i), i % 3 == 0 ? cancellation.Token : default)).ToArray();
        await cancellation.CancelAsync();
        for (var i = 0; i < tasks.Length; i++)
        {
            try
            {
                Assert.IsType<GenerationResult>(await tasks[i].WaitAsync(Patience));
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(0, i % 3);
            }
        }
    }

    private static GenerationRequest Request(byte[] image, int number) => new()
    {
        RequestId = $"r{number}",
        Image = image,
        Question = "What is this?",
        Sampling = new SamplingParameters { MaxTokens = 2 },
    };

    private static byte[] Png(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static ModelDescription Description(string device) => new("m", "llava", 1, device, "float32", "digest", 0.75);

    /// <summary>Every gauge of the meter with its labels and values, as a scrape would see it.</summary>
    private static Dictionary<string, List<string>> Gauges(EngineInstruments instruments)
    {
        var seen = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => { if (instrument.IsObservable) self.EnableMeasurementEvents(instrument); } };
        void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
        {
            if (!ReferenceEquals(instrument.Meter, instruments.Meter)) return;
            var labels = tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order();
            if (!seen.TryGetValue(instrument.Name, out var values)) seen[instrument.Name] = values = [];
            values.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{string.Join(',', labels)}: {value}"));
        }

        listener.SetMeasurementEventCallback<int>(Note);
        listener.SetMeasurementEventCallback<long>(Note);
        listener.SetMeasurementEventCallback<double>(Note);
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }

    /// <summary>Device threads of this process, by the name that the kernel keeps (15 characters).</summary>
    private static int DeviceThreads() => Directory.EnumerateDirectories("/proc/self/task").Count(task =>
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith("resprune-device", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // It has just ended.
        }
    });

    private sealed class Meters : IMeterFactory
    {
        private readonly List<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            _meters.Add(meter);
            return meter;
        }

        public void Dispose() => _meters.ForEach(meter => meter.Dispose());
    }
}

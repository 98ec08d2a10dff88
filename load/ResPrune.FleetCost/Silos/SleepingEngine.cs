using System.Diagnostics;
using System.Threading.Channels;
using ResPrune.Inference.Engine;
using ResPrune.Load.Timekeeping;

namespace ResPrune.FleetCost.Silos;

/// <summary>
/// A device that only keeps time, on a thread of its own as the real one: takes up to a micro-batch of what waits, answers it after the time
/// of one. Every wait between two micro-batches counts as starved, whatever it was for; the real engine leaves out those in which nothing had
/// been asked of it.
/// </summary>
internal sealed class SleepingEngine : IVisionLanguageEngine
{
    private readonly Lock _lock = new();
    private readonly Channel<Question> _accepted;
    private readonly TimeSpan _batchTime;
    private readonly int _batch;
    private readonly DeviceInstruments _instruments;
    private readonly Thread _device;
    private DeviceTime _spent = new(0, 0, 0, 0, 0, 0);

    public SleepingEngine(string device, TimeSpan batchTime, int batch, EngineInstruments instruments)
    {
        _batchTime = batchTime;
        _batch = batch;
        _accepted = Channel.CreateBounded<Question>(Math.Max(32, 4 * batch));
        Model = TimekeepingAnswer.Model(device);
        _instruments = instruments.Attach(Model, 0);
        _device = new Thread(Run) { IsBackground = true, Name = device };
        _device.Start();
    }

    /// <inheritdoc/>
    public ModelDescription Model { get; }

    /// <inheritdoc/>
    public EngineStatistics Statistics
    {
        get
        {
            var spent = Spent();
            return new EngineStatistics(spent.Rows, spent.Busy, spent.Starved, _accepted.Reader.Count, 0);
        }
    }

    /// <summary>What it has done so far.</summary>
    public DeviceTime Spent()
    {
        lock (_lock) return _spent;
    }

    /// <inheritdoc/>
    public async Task<GenerationOutcome> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        var question = new Question(request);
        await _accepted.Writer.WriteAsync(question, cancellationToken);
        return await question.Answer.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _accepted.Writer.TryComplete();
        _device.Join();
        _instruments.Dispose();
        return ValueTask.CompletedTask;
    }

    private static double Now => (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency;

    private void Run()
    {
        var batch = new List<Question>(_batch);
        while (_accepted.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (batch.Count < _batch && _accepted.Reader.TryRead(out var question)) batch.Add(question);
            if (batch.Count == 0) continue;
            var began = Now;
            Thread.Sleep(_batchTime);
            Note(began, Now, batch.Count);
            foreach (var question in batch) question.Answer.TrySetResult(TimekeepingAnswer.To(question.Request, _batchTime / batch.Count));
            batch.Clear();
        }
    }

    private void Note(double began, double ended, int rows)
    {
        lock (_lock)
        {
            var isFirst = _spent.Batches == 0;
            var starved = isFirst ? 0 : began - _spent.Last;
            _instruments.Starved(starved);
            _spent = new DeviceTime(
                isFirst ? began : _spent.First, ended, _spent.Busy + (ended - began), _spent.Starved + starved, _spent.Rows + rows, _spent.Batches + 1);
        }
    }

    private sealed record Question(GenerationRequest Request)
    {
        public TaskCompletionSource<GenerationOutcome> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

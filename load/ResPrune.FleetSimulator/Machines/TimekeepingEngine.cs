using ResPrune.Inference.Engine;
using ResPrune.Load.Timekeeping;

namespace ResPrune.FleetSimulator.Machines;

/// <summary>
/// A device that only keeps time: takes up to a micro-batch of what waits the moment it is free, answers after the drawn time of a
/// micro-batch, full or not.
/// </summary>
internal sealed class TimekeepingEngine : IVisionLanguageEngine
{
    private readonly Lock _lock = new();
    private readonly Machine _machine;
    private readonly double _slowness;
    private readonly ITimer _timer;
    private readonly LinkedList<Question> _waiting = [];
    private readonly List<Question> _batch = [];
    private readonly TimeSpan _from;
    private TimeSpan _batchFrom;
    private TimeSpan _idleFrom;
    private TimeSpan _busy;
    private TimeSpan _starved;
    private TimeSpan? _until;
    private long _requests;
    private long _batches;

    /// <summary>A device of a machine that starts now.</summary>
    /// <param name="machine">Its machine.</param>
    /// <param name="number">Its number there.</param>
    /// <param name="slowness">1 or how many times as long it takes as others.</param>
    public TimekeepingEngine(Machine machine, int number, double slowness)
    {
        _machine = machine;
        _slowness = slowness;
        _from = _idleFrom = Now;
        _timer = machine.World.Time.CreateTimer(_ => EndBatch(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Model = TimekeepingAnswer.Model($"device:{number}");
    }

    /// <inheritdoc/>
    public ModelDescription Model { get; }

    /// <summary>How many times as long it takes as others.</summary>
    public double Slowness => _slowness;

    /// <inheritdoc/>
    public EngineStatistics Statistics
    {
        get
        {
            lock (_lock) return new EngineStatistics(_requests, BusyUntilNow().TotalSeconds, _starved.TotalSeconds, _waiting.Count, _batch.Count);
        }
    }

    private TimeSpan Now => _machine.World.Time.Elapsed;

    /// <summary>What it has done so far.</summary>
    public DeviceTime Spent()
    {
        lock (_lock) return new DeviceTime(_from, _until ?? Now, BusyUntilNow(), _requests, _batches);
    }

    /// <inheritdoc/>
    public async Task<GenerationOutcome> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        _machine.ThrowIfGone();
        var question = new Question(request);
        lock (_lock)
        {
            question.Place = _waiting.AddLast(question);
            if (_batch.Count == 0) BeginBatch();
        }

        await using var cancelled = cancellationToken.UnsafeRegister(_ => Leave(question, cancellationToken), null);
        return await question.Answer.Task;
    }

    /// <summary>Its machine is gone: what it was doing comes to nothing.</summary>
    public void Kill()
    {
        List<Question> lost;
        lock (_lock)
        {
            _timer.Dispose();
            _busy = BusyUntilNow();
            _until = Now;
            lost = [.. _batch, .. _waiting];
            _batch.Clear();
            _waiting.Clear();
        }

        foreach (var question in lost) question.Answer.TrySetException(new MachineGoneException());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Leave(Question question, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // One that the device works on is worked on to its end.
            if (question.Place is { List: not null } place) _waiting.Remove(place);
        }

        question.Answer.TrySetCanceled(cancellationToken);
    }

    private void BeginBatch()
    {
        if (_until is not null) return;
        _starved += Now - _idleFrom;
        _batchFrom = Now;
        _batches++;
        while (_batch.Count < _machine.World.Options.Batch && _waiting.First is { } first)
        {
            _batch.Add(first.Value);
            _waiting.RemoveFirst();
        }

        _timer.Change(_machine.Draw(_machine.World.Options.BatchTime) * _slowness, Timeout.InfiniteTimeSpan);
    }

    private void EndBatch()
    {
        List<Question> done;
        TimeSpan took;
        lock (_lock)
        {
            if (_until is not null) return;
            took = Now - _batchFrom;
            _busy += took;
            _requests += _batch.Count;
            done = [.. _batch];
            _batch.Clear();
            _idleFrom = Now;
            if (_waiting.Count > 0) BeginBatch();
        }

        foreach (var question in done) question.Answer.TrySetResult(TimekeepingAnswer.To(question.Request, took / done.Count));
    }

    private TimeSpan BusyUntilNow() => _batch.Count > 0 && _until is null ? _busy + (Now - _batchFrom) : _busy;

    private sealed class Question(GenerationRequest request)
    {
        public GenerationRequest Request { get; } = request;

        public LinkedListNode<Question>? Place { get; set; }

        public TaskCompletionSource<GenerationOutcome> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using ResPrune.Inference.Models.Language;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>
/// (8) The loop of the one thread that owns a device: gathers what is prepared into a micro-batch, runs it, again. A batch that fails is
/// tried again in smaller ones, so that one poisonous request does not take its neighbours with it.
/// </summary>
internal sealed class EngineLoop
{
    /// <summary>How long nothing is asked before the cache is given back.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    /// <summary>How long an incomplete micro-batch waits for requests that are being preprocessed.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(5);

    private readonly ChannelReader<PreparedRequest> _ready;
    private readonly MicroBatchRunner _runner;
    private readonly int _batchSize;
    private readonly Func<int> _underWay;
    private readonly DeviceInstruments? _instruments;
    private readonly ILogger _logger;
    private readonly DeviceChecks _checks;
    private long _requests;
    private long _busyTicks;
    private long _starvedTicks;
    private int _running;
    private Task<bool>? _wait;

    /// <param name="ready">Prepared requests, bounded.</param>
    /// <param name="runner">Runs a micro-batch.</param>
    /// <param name="batchSize">Most requests in one.</param>
    /// <param name="underWay">Requests that are accepted and not yet prepared.</param>
    /// <param name="instruments">Metrics, or null.</param>
    /// <param name="logger">For failures.</param>
    /// <param name="checks">Questions whether the device works.</param>
    public EngineLoop(
        ChannelReader<PreparedRequest> ready,
        MicroBatchRunner runner,
        int batchSize,
        Func<int> underWay,
        DeviceInstruments? instruments,
        ILogger logger,
        DeviceChecks checks)
    {
        _ready = ready;
        _runner = runner;
        _batchSize = batchSize;
        _underWay = underWay;
        _instruments = instruments;
        _logger = logger;
        _checks = checks;
    }

    /// <summary>Requests in the micro-batch that runs now.</summary>
    public int Running => Volatile.Read(ref _running);

    public EngineStatistics Snapshot(int queued) => new(
        Interlocked.Read(ref _requests),
        Seconds(ref _busyTicks),
        Seconds(ref _starvedTicks),
        queued,
        Running)
    {
        StalledSeconds = Running > 0 ? _runner.SinceLastStep.TotalSeconds : 0,
    };

    /// <summary>Runs until the channel is completed and empty.</summary>
    public void Run()
    {
        using var inference = inference_mode();
        var batch = new List<PreparedRequest>(_batchSize);
        Guard(CheckDevice);
        while (Gather(batch))
        {
            // In this order, so that an idle hour is never taken for a stall.
            _runner.NoteStep();
            Volatile.Write(ref _running, batch.Count);
            var started = Stopwatch.GetTimestamp();
            Guard(() => RunBatch(batch));
            if (_checks.Exception is { } failed) foreach (var prepared in batch) prepared.Pending.Fail(failed);
            var elapsed = Stopwatch.GetTimestamp() - started;
            Interlocked.Add(ref _busyTicks, elapsed);
            _instruments?.BatchEnded(batch.Count, batch.DistinctBy(prepared => prepared.ImageDigest).Count(), elapsed / (double)Stopwatch.Frequency);
            Volatile.Write(ref _running, 0);
            batch.Clear();
            AnswerChecks();
        }

        _checks.End();
    }

    /// <summary>Does something on the device; a fault of the device ends all use of it.</summary>
    private void Guard(Action work)
    {
        if (_checks.Exception is not null) return;
        try
        {
            work();
        }
        catch (DeviceFailedException exception)
        {
            EngineLog.DeviceFailed(_logger, exception, exception.Message);
            _checks.Fail(exception);
        }
    }

    private void AnswerChecks() => _checks.Answer(CheckDevice);

    /// <summary>Lets the device compute something with a known result.</summary>
    /// <exception cref="DeviceFailedException">It came out wrong, or the device's library threw.</exception>
    private void CheckDevice()
    {
        try
        {
            if (_runner.CheckDevice() is { } wrong) throw new DeviceFailedException(_runner.DeviceName, wrong);
        }
        catch (Exception exception) when (exception is not DeviceFailedException)
        {
            // Memory that is short says nothing about the device; anything else that a fixed computation throws does.
            if (TorchFault.Classify(exception) == TorchFaultKind.OutOfMemory) _runner.Release(kept: 0);
            else throw new DeviceFailedException(_runner.DeviceName, FirstLine(exception.Message), exception);
        }
    }

    private bool Gather(List<PreparedRequest> batch)
    {
        while (batch.Count == 0)
        {
            var expected = _underWay() > 0;
            var started = Stopwatch.GetTimestamp();
            if (!WaitForReady()) return false;
            if (expected) CountStarved(Stopwatch.GetTimestamp() - started);
            TakeReady(batch);
        }

        var lingering = Stopwatch.GetTimestamp();
        while (batch.Count < _batchSize && _underWay() > 0)
        {
            var left = Linger - Stopwatch.GetElapsedTime(lingering);
            if (left <= TimeSpan.Zero || !WaitForReady(left)) break;
            TakeReady(batch);
        }

        return true;
    }

    /// <summary>Blocks until something is ready (true) or nothing ever will be; an idle engine keeps no large cache.</summary>
    private bool WaitForReady()
    {
        if (WaitForReady(Idle)) return true;
        if (_wait is null) return false; // It did not run out of time: the channel is completed.
        _runner.Release(KvCache.KeptBytes);
        return WaitForReady(Timeout.InfiniteTimeSpan);
    }

    /// <summary>Blocks until something is ready (true), nothing ever will be, or the time is up. A wait that ran out of time is taken up again.</summary>
    private bool WaitForReady(TimeSpan limit)
    {
        while (true)
        {
            _wait ??= _ready.WaitToReadAsync().AsTask();
            var first = Task.WaitAny([_wait, _checks.Asked], limit);
            if (first < 0) return false;
            if (first == 0)
            {
                var more = _wait.Result;
                _wait = null;
                return more;
            }

            AnswerChecks();
        }
    }

    private void TakeReady(List<PreparedRequest> batch)
    {
        while (batch.Count < _batchSize && _ready.TryRead(out var prepared))
        {
            if (prepared.Pending.CancellationToken.IsCancellationRequested) prepared.Pending.Cancel(prepared.Pending.CancellationToken);
            else batch.Add(prepared);
        }
    }

    private void RunBatch(IReadOnlyList<PreparedRequest> batch)
    {
        foreach (var part in _runner.Plan(batch))
        {
            if (part.CanBegin) RunPart(part);
            else Complete(part.Requests[0], OutOfMemory(part.Requests[0], "the rest is taken"));
        }
    }

    /// <summary>
    /// Runs what there should be memory for. Where there was not, the cache is given back and the rest tried in halves; after another failure, one by
    /// one. What fails alone has failed.
    /// </summary>
    private void RunPart(MicroBatch part, bool isRelieved = false)
    {
        try
        {
            _runner.Run(part, (sequence, outcome) => Complete(sequence.Prepared, outcome));
        }
        catch (Exception exception)
        {
            var kind = TorchFault.Classify(exception);
            if (exception is DeviceFailedException) throw;
            if (kind == TorchFaultKind.Device) throw new DeviceFailedException(_runner.DeviceName, FirstLine(exception.Message), exception);
            // An error that nothing explains: is it the request, or the device?
            if (kind == TorchFaultKind.Other) CheckDevice();
            var outOfMemory = kind == TorchFaultKind.OutOfMemory;
            var relieved = outOfMemory && _runner.Release(kept: 0);
            var unanswered = part.Requests.Where(prepared => !prepared.Pending.Outcome.IsCompleted).ToArray();
            if (part.Requests.Count > 1)
            {
                EngineLog.BatchFailed(_logger, exception, part.Requests.Count);
                foreach (var smaller in unanswered.Chunk(outOfMemory ? (part.Requests.Count + 1) / 2 : 1)) RunBatch(smaller);
            }
            else if (relieved && !isRelieved && unanswered.Length == 1)
            {
                // The cache of an earlier batch was in the way.
                RunPart(part, isRelieved: true);
            }
            else if (unanswered.Length == 1)
            {
                EngineLog.RequestFailed(_logger, exception, unanswered[0].Request.RequestId);
                Complete(unanswered[0], outOfMemory ? OutOfMemory(unanswered[0], FirstLine(exception.Message)) : Failure(unanswered[0], FailureReason.EngineError, exception.Message));
            }
        }
    }

    private GenerationFailure OutOfMemory(PreparedRequest request, string why) => Failure(request, FailureReason.OutOfMemory, string.Create(
        CultureInfo.InvariantCulture,
        $"There is not the memory for this request, also alone: its prompt has {request.PromptTokens} tokens, its answer may have {request.MaxTokens}, "
        + $"and about {_runner.RoomTokens} would fit ({why})."));

    private static GenerationFailure Failure(PreparedRequest request, FailureReason reason, string message) =>
        new(request.Request.RequestId, request.ImageDigest, reason, message);

    /// <summary>What torch says before it lists native frames.</summary>
    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd('.', ' ');

    private void Complete(PreparedRequest prepared, GenerationOutcome outcome)
    {
        Interlocked.Increment(ref _requests);
        if (prepared.Pending.CancellationToken.IsCancellationRequested)
        {
            prepared.Pending.Cancel(prepared.Pending.CancellationToken);
            return;
        }

        if (outcome is GenerationResult result) _instruments?.Answered(result);
        prepared.Pending.Complete(outcome);
    }

    private void CountStarved(long ticks)
    {
        Interlocked.Add(ref _starvedTicks, ticks);
        _instruments?.Starved(ticks / (double)Stopwatch.Frequency);
    }

    private static double Seconds(ref long ticks) => Interlocked.Read(ref ticks) / (double)Stopwatch.Frequency;
}

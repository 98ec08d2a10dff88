using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Fleet;
using ResPrune.Cluster.Placement;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Workers;

/// <summary>
/// The pulling loop of one device: asks the fleet for shards, keeps a few of them running, drains when told to stop. Lives as long as the
/// silo, outside every grain; <see cref="GpuWorkerGrain"/> is its handle for the rest of the cluster.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Lives as long as the process; its waits hold no handles.")]
internal sealed partial class GpuWorker(
    GpuWorkerKey key,
    WorkerDevice device,
    IGrainFactory grains,
    ShardRunner runner,
    WorkerInstruments instruments,
    IOptions<GpuWorkerOptions> options,
    TimeProvider time,
    ILogger<GpuWorker> logger)
{
    private const int TinyRows = 2;

    private readonly GpuWorkerOptions _options = options.Value;
    private readonly ShardFeed _feed = new(options.Value.RowsInFlight, options.Value.BytesInFlight);
    private readonly WorkerBench _bench = new(options.Value);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly CancellationTokenSource _abandon = new();
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<string> _deviceFailure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? _stop;
    private Task _loop = Task.CompletedTask;
    private int _shards;
    private long _rowsDone;
    private string? _problem;

    /// <summary>What it is doing.</summary>
    public GpuWorkerStatus Status
    {
        get
        {
            var statistics = device.Engine.IsCompletedSuccessfully ? device.Engine.Result.Statistics : default;
            return new GpuWorkerStatus
            {
                Worker = key.ToString(),
                Silo = key.Silo,
                State = State(),
                Shards = Volatile.Read(ref _shards),
                RowsInFlight = _feed.RowsInFlight,
                RowsDone = Interlocked.Read(ref _rowsDone),
                DeviceBusySeconds = statistics.BusySeconds,
                DeviceStarvedSeconds = statistics.StarvedSeconds,
                Problem = Volatile.Read(ref _problem) ?? _bench.Problem,
            };
        }
    }

    /// <summary>Completes with the reason when its device does not compute rightly any more: what it held is handed back, and it takes no more.</summary>
    public Task<string> DeviceFailure => _deviceFailure.Task;

    /// <summary>Lets it pull work; a worker that is still draining goes on pulling when it is done.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_stop is { IsCancellationRequested: false } && !_loop.IsCompleted) return;
            var stop = new CancellationTokenSource();
            var before = _loop;
            _stop = stop;
            _loop = Task.Run(async () =>
            {
                await before;
                await RunAsync(stop);
            });
        }
    }

    /// <summary>Lets it pull no more work and finish or hand back what it has; the task ends when it has.</summary>
    public Task StopAsync()
    {
        lock (_lock)
        {
            _stop?.Cancel();
            return _loop;
        }
    }

    /// <summary>There may be work: ask for it now.</summary>
    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is to be woken already.
        }
    }

    /// <summary>Leaves everything as it is, at once: leases run out by themselves.</summary>
    public void Abandon() => _abandon.Cancel();

    private GpuWorkerState State()
    {
        lock (_lock)
        {
            if (Volatile.Read(ref _problem) is not null) return GpuWorkerState.Failed;
            if (_stop is null || _loop.IsCompleted) return GpuWorkerState.Stopped;
            if (_stop.IsCancellationRequested) return GpuWorkerState.Draining;
            if (!device.Engine.IsCompleted) return GpuWorkerState.Loading;
            if (_bench.TimeLeft(time.GetUtcNow()) > TimeSpan.Zero) return GpuWorkerState.Benched;
            return Volatile.Read(ref _shards) > 0 ? GpuWorkerState.Working : GpuWorkerState.Idle;
        }
    }

    private async Task RunAsync(CancellationTokenSource stop)
    {
        var running = new List<RunningShard>();
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(_abandon.Token);
        try
        {
            var engine = await device.Engine.WaitAsync(stop.Token);
            instruments.WorkerReady(engine.Model.Name);
            LogStarted(logger, key);
            _ = KeepAnnouncingAsync(engine, stop.Token);
            _ = engine.DeviceFailure.ContinueWith(
                failure => FailDevice(failure.Result), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            while (true)
            {
                if (_deviceFailure.Task.IsCompleted)
                {
                    await DrainAsync(running, abandon);
                    return;
                }

                running.RemoveAll(shard => shard.Ended.IsCompleted);
                var isIdle = running.TrueForAll(shard => shard.Answered.IsCompleted);
                var mayAsk = HasRoom(running) && _bench.TimeLeft(time.GetUtcNow()) == TimeSpan.Zero;
                var lease = mayAsk ? await RequestWorkAsync(engine.Model, isIdle, stop.Token) : null;
                if (lease is not null) running.Add(RunShard(lease, engine, abandon.Token));
                else await WaitAsync(running, stop.Token);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await DrainAsync(running, abandon);
        }
        catch (Exception exception)
        {
            // Only the engine's own loading ends up here.
            Volatile.Write(ref _problem, exception.Message);
            LogNoEngine(logger, exception, key);
        }
    }

    /// <summary>
    /// Shards in flight are bounded by their number. Tiny ones may be more: of a thousand batches of one row each, one after the other would wait for the
    /// store alone.
    /// </summary>
    private bool HasRoom(List<RunningShard> running)
    {
        var areTiny = running.TrueForAll(shard => shard.Rows <= TinyRows);
        var inFlight = areTiny ? Math.Max(_options.ShardsInFlight, _options.TinyShardsInFlight) : _options.ShardsInFlight;
        return running.Count(shard => !shard.Answered.IsCompleted) < inFlight && running.Count < inFlight + _options.ShardsWriting;
    }

    private async Task<ShardLease?> RequestWorkAsync(ModelDescription model, bool isIdle, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // Not under the token: a lease that is on its way here must be run or handed back, not forgotten.
            return await Fleet.RequestWorkAsync(Request(model) with { IsIdle = isIdle }, CancellationToken.None);
        }
        catch (Exception exception)
        {
            // The fleet grain may be moving to another silo; ask again after the usual wait.
            LogNoFleet(logger, key, exception.Message);
            return null;
        }
    }

    private WorkRequest Request(ModelDescription model) => new()
    {
        Worker = key.ToString(),
        Model = model.Name,
        WeightsDigest = model.WeightsDigest,
        Benched = _bench.Benched(time.GetUtcNow()),
    };

    /// <summary>The fleet knows who serves which model from the questions for work, which a busy worker does not ask.</summary>
    private async Task KeepAnnouncingAsync(IVisionLanguageEngine engine, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !_deviceFailure.Task.IsCompleted)
        {
            try
            {
                await Fleet.AnnounceAsync(Request(engine.Model), stop);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogNoFleet(logger, key, exception.Message);
            }

            await Task.Delay(_options.AnnounceInterval, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void FailDevice(string reason)
    {
        if (!_deviceFailure.TrySetResult(reason)) return;
        Volatile.Write(ref _problem, reason);
        LogDeviceFailed(logger, key, reason);
        Wake();
    }

    private IFleetGrain Fleet => grains.GetGrain<IFleetGrain>(IFleetGrain.Key);

    private RunningShard RunShard(ShardLease lease, IVisionLanguageEngine engine, CancellationToken abandon)
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new RunningShard(lease.Spec.Rows, answered.Task, RunShardAsync(lease, engine, answered, abandon));
    }

    private async Task RunShardAsync(ShardLease lease, IVisionLanguageEngine engine, TaskCompletionSource answered, CancellationToken abandon)
    {
        Interlocked.Increment(ref _shards);
        try
        {
            var end = await Task.Run(() => runner.RunAsync(key.ToString(), lease, engine, _feed, answered, abandon), CancellationToken.None);
            Interlocked.Add(ref _rowsDone, end.Rows);
            if (end.Trouble == ShardTrouble.Device) FailDevice(end.Failure!);
            else if (_bench.Note(end, time.GetUtcNow()) is { Ticks: > 0 } wait) LogBenched(logger, key, end.Batch.Value, wait, end.Failure);
        }
        finally
        {
            answered.TrySetResult();
            Interlocked.Decrement(ref _shards);
        }
    }

    /// <summary>Waits until asking for work makes sense again: a shard is answered or ended, the fleet called, or the poll interval is over.</summary>
    private async Task WaitAsync(List<RunningShard> running, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var benched = _bench.TimeLeft(time.GetUtcNow());
        var reasons = new List<Task>(running.Select(shard => shard.Answered.IsCompleted ? shard.Ended : shard.Answered));
        reasons.Add(_deviceFailure.Task);
        if (benched > TimeSpan.Zero)
        {
            reasons.Add(Task.Delay(benched, time, over.Token));
        }
        else if (HasRoom(running))
        {
            reasons.Add(_wake.WaitAsync(over.Token));
            reasons.Add(Task.Delay(_options.IdlePollInterval, time, over.Token));
        }
        else
        {
            reasons.Add(Task.Delay(Timeout.InfiniteTimeSpan, over.Token));
        }

        await Task.WhenAny(reasons);
        await over.CancelAsync();
        stop.ThrowIfCancellationRequested();
    }

    private async Task DrainAsync(List<RunningShard> running, CancellationTokenSource abandon)
    {
        LogDraining(logger, key, running.Count);
        // What a failed device holds cannot be finished.
        if (_deviceFailure.Task.IsCompleted) await abandon.CancelAsync();
        var drained = Task.WhenAll(running.Select(shard => shard.Ended));
        using var inTime = new CancellationTokenSource();
        await Task.WhenAny(drained, Task.Delay(_options.DrainTimeout, time, inTime.Token));
        await inTime.CancelAsync();
        // What has not finished by now is handed back; a shard that had finished does not notice.
        await abandon.CancelAsync();
        await drained;
    }
}

using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace ResPrune.TinyModel.Training;

/// <summary>Makes the batches of consecutive steps on a thread of its own, a few ahead of the trainer.</summary>
internal sealed class BatchProducer : IDisposable
{
    private const int Ahead = 6;

    private readonly BlockingCollection<TrainingBatch> _ready = new(Ahead);
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private ExceptionDispatchInfo? _fault;

    public BatchProducer(BatchFactory factory, long firstStep, long endStep)
    {
        _thread = new Thread(() => Produce(factory, firstStep, endStep)) { IsBackground = true, Name = "scenes" };
        _thread.Start();
    }

    /// <summary>The batch of the next step.</summary>
    public TrainingBatch Next()
    {
        if (_ready.TryTake(out var batch, Timeout.Infinite))
            return batch;
        _fault?.Throw();
        throw new InvalidOperationException("All batches of this run have been taken.");
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
        _ready.Dispose();
    }

    private void Produce(BatchFactory factory, long firstStep, long endStep)
    {
        try
        {
            for (var step = firstStep; step < endStep; step++)
                _ready.Add(factory.Training(step), _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            _fault = ExceptionDispatchInfo.Capture(exception);
        }
        finally
        {
            _ready.CompleteAdding();
        }
    }
}

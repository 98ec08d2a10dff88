using System.Collections.Concurrent;

namespace ResPrune.Inference.Engine;

/// <summary>
/// Questions of other threads whether the device still computes rightly, and what became of it. The device thread answers all that wait with one
/// computation.
/// </summary>
internal sealed class DeviceChecks
{
    private readonly ConcurrentQueue<TaskCompletionSource> _asking = new();
    private readonly TaskCompletionSource<string> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile DeviceFailedException? _exception;

    /// <summary>Completes when somebody asks; for the device thread to wait on.</summary>
    public Task Asked => _asked.Task;

    /// <summary>Completes with the reason when the device has failed.</summary>
    public Task<string> Failure => _failure.Task;

    /// <summary>Why the device has failed; null while it has not.</summary>
    public DeviceFailedException? Exception => _exception;

    /// <summary>Asks; completes when the device thread has found the device to work after everything that it did until now.</summary>
    /// <exception cref="DeviceFailedException">It does not.</exception>
    public Task AskAsync(CancellationToken cancellationToken)
    {
        var question = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _asking.Enqueue(question);
        _asked.TrySetResult();
        // After the queue: the device may have failed before it was looked at.
        if (_exception is not null) AnswerAll(null);
        return question.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Answers those that wait. On the device thread.</summary>
    /// <param name="check">Throws when the device does not work; not called when nobody waits.</param>
    public void Answer(Action check)
    {
        if (_asking.IsEmpty) return;
        _asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = new List<TaskCompletionSource>();
        while (_asking.TryDequeue(out var question)) waiting.Add(question);
        try
        {
            if (_exception is null) check();
        }
        catch (DeviceFailedException exception)
        {
            Fail(exception);
        }

        foreach (var question in waiting) Settle(question);
    }

    /// <summary>The device has failed; for ever.</summary>
    public void Fail(DeviceFailedException exception)
    {
        _exception ??= exception;
        _failure.TrySetResult(exception.Message);
        AnswerAll(null);
    }

    /// <summary>Nobody will answer any more: the engine is being disposed.</summary>
    public void End() => AnswerAll(new OperationCanceledException("The engine is being disposed."));

    private void AnswerAll(OperationCanceledException? ended)
    {
        while (_asking.TryDequeue(out var question))
        {
            if (_exception is null && ended is not null) question.TrySetCanceled(CancellationToken.None);
            else Settle(question);
        }
    }

    private void Settle(TaskCompletionSource question)
    {
        if (_exception is { } failed) question.TrySetException(failed);
        else question.TrySetResult();
    }
}

namespace ResPrune.Inference.Engine;

/// <summary>A request on its way through the engine, and the promise of its outcome.</summary>
internal sealed class PendingRequest(GenerationRequest request, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<GenerationOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GenerationRequest Request { get; } = request;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public Task<GenerationOutcome> Outcome => _completion.Task;

    /// <summary>What its image takes of the budget; given back with the outcome, whatever that is.</summary>
    public PixelLease? Pixels { get; set; }

    public void Complete(GenerationOutcome outcome)
    {
        Pixels?.Dispose();
        _completion.TrySetResult(outcome);
    }

    /// <summary>The device failed; the request is not to blame.</summary>
    public void Fail(DeviceFailedException exception)
    {
        Pixels?.Dispose();
        _completion.TrySetException(exception);
    }

    public void Cancel(CancellationToken because)
    {
        Pixels?.Dispose();
        _completion.TrySetCanceled(because);
    }
}

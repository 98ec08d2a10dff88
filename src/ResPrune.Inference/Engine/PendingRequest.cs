namespace ResPrune.Inference.Engine;

/// <summary>A request on its way through the engine, and the promise of its outcome.</summary>
internal sealed class PendingRequest(GenerationRequest request, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource<GenerationOutcome> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public GenerationRequest Request { get; } = request;

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public Task<GenerationOutcome> Outcome => _completion.Task;

    public void Complete(GenerationOutcome outcome) => _completion.TrySetResult(outcome);

    public void Cancel(CancellationToken because) => _completion.TrySetCanceled(because);
}

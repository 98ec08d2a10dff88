namespace ResPrune.Inference.Engine;

/// <summary>
/// The front of one device: takes (image bytes, question) requests, gives each its outcome as soon as it is ready. Callers may have
/// any number of requests in flight; what exceeds the bounded queue waits in <see cref="GenerateAsync"/>.
/// </summary>
public interface IVisionLanguageEngine : IAsyncDisposable
{
    /// <summary>The loaded checkpoint and what it costs.</summary>
    ModelDescription Model { get; }

    /// <summary>Totals since the engine started; safe to read at any time from any thread.</summary>
    EngineStatistics Statistics { get; }

    /// <summary>
    /// Completes with the reason when the device is found not to compute rightly any more; from then on nothing is answered. Default: never.
    /// </summary>
    Task<string> DeviceFailure => Never;

    /// <summary>
    /// Lets the device prove that it still computes rightly, on its own thread behind what it is doing: returns when a computation with a known result came
    /// out right since everything answered so far. Costs about one decoding step. Default: returns at once.
    /// </summary>
    /// <exception cref="DeviceFailedException">It does not.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled, or the engine is shutting down.</exception>
    Task CheckDeviceAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static readonly Task<string> Never = new TaskCompletionSource<string>().Task;

    /// <summary>Answers one question about one image. Bad input is a <see cref="GenerationFailure"/>, never an exception.</summary>
    /// <exception cref="DeviceFailedException">The device does not compute rightly any more, which is no fault of the request.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled, or the engine is shutting down.</exception>
    Task<GenerationOutcome> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken);
}

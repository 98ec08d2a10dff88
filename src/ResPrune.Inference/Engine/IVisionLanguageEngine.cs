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

    /// <summary>Answers one question about one image. Bad input is a <see cref="GenerationFailure"/>, never an exception.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled, or the engine is shutting down.</exception>
    Task<GenerationOutcome> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken);
}

using System.Globalization;
using ResPrune.Inference.Engine;

namespace ResPrune.Server.Tests.Embedded;

/// <summary>An engine that answers the requests of the first lines of a batch and holds all others.</summary>
internal sealed class HeldEngine(IVisionLanguageEngine engine, int lines) : IVisionLanguageEngine
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ModelDescription Model => engine.Model;

    public EngineStatistics Statistics => engine.Statistics;

    public bool IsDisposed { get; private set; }

    /// <summary>Holds nothing any more.</summary>
    public void Release() => _released.TrySetResult();

    public async Task<GenerationOutcome> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        if (LineOf(request) > lines) await _released.Task.WaitAsync(cancellationToken);
        return await engine.GenerateAsync(request, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        IsDisposed = true;
        await engine.DisposeAsync();
    }

    // Request ids end with the number of the line.
    private static int LineOf(GenerationRequest request) =>
        int.Parse(request.RequestId[(request.RequestId.LastIndexOf('_') + 1)..], CultureInfo.InvariantCulture);
}

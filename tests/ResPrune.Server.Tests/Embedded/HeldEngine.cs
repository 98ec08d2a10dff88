using ResPrune.Inference.Engine;

namespace ResPrune.Server.Tests.Embedded;

/// <summary>An engine that answers so many requests and then holds all others.</summary>
internal sealed class HeldEngine(IVisionLanguageEngine engine, int answers) : IVisionLanguageEngine
{
    private int _asked;

    public ModelDescription Model => engine.Model;

    public EngineStatistics Statistics => engine.Statistics;

    public bool IsDisposed { get; private set; }

    public async Task<GenerationOutcome> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _asked) > answers) await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        return await engine.GenerateAsync(request, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        IsDisposed = true;
        await engine.DisposeAsync();
    }
}

using ResPrune.Inference.Engine;
using ResPrune.Load.Timekeeping;

namespace ResPrune.Chaos.Devices;

/// <summary>
/// A device that only keeps time: each request takes the same, one after the other, however late the host is in asking or hearing the answer. What
/// it is kept waiting for shows; what else the machine does shows less.
/// </summary>
internal sealed class PacedEngine(string device, TimeSpan pace) : IVisionLanguageEngine
{
    private readonly Lock _lock = new();
    private DateTimeOffset _free = TimeProvider.System.GetUtcNow();

    /// <inheritdoc/>
    public ModelDescription Model { get; } = TimekeepingAnswer.Model(device);

    /// <inheritdoc/>
    public EngineStatistics Statistics => default;

    /// <inheritdoc/>
    public async Task<GenerationOutcome> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        await Task.Delay(Take(), cancellationToken);
        return TimekeepingAnswer.To(request, pace);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Takes the device for one request behind all that have it; how long until that one is answered.</summary>
    private TimeSpan Take()
    {
        lock (_lock)
        {
            var now = TimeProvider.System.GetUtcNow();
            _free = (_free > now ? _free : now) + pace;
            return _free - now;
        }
    }
}

using Microsoft.Extensions.Logging;
using ResPrune.Batch.Images;
using ResPrune.Batch.Storage;
using ResPrune.Inference.Engine;

namespace ResPrune.Server.Embedded;

/// <summary>What an <see cref="EmbeddedHost"/> needs to know.</summary>
public sealed record EmbeddedHostOptions
{
    /// <summary>Where batches and answers are kept.</summary>
    public required IBlobStore Store { get; init; }

    /// <summary>The engine to load.</summary>
    public required EngineOptions Engine { get; init; }

    /// <summary>Where pictures may come from. Default: any folder of this machine.</summary>
    public IImageRoots ImageRoots { get; init; } = new LocalImageRoots();

    /// <summary>Port of <c>/metrics</c> on 127.0.0.1; 0 takes a free one. Null (default): no metrics are served.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>
    /// Time a stop may spend on finishing the shards under way; what is unfinished then is done again by the next run. Default 5 s.
    /// </summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Makes the engine. Default: <see cref="VisionLanguageEngine.LoadAsync"/>.</summary>
    internal Func<EngineOptions, EngineInstruments, ILogger, CancellationToken, Task<IVisionLanguageEngine>> LoadEngine { get; init; } = LoadAsync;

    private static async Task<IVisionLanguageEngine> LoadAsync(
        EngineOptions options, EngineInstruments instruments, ILogger logger, CancellationToken cancellationToken) =>
        await VisionLanguageEngine.LoadAsync(options, instruments, logger, cancellationToken);
}

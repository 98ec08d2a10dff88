using System.Reflection;
using ResPrune.Batch.Commit;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Workers;

/// <summary>What a commit record says about the engine behind it.</summary>
internal static class EngineStamps
{
    private static readonly string Version = typeof(EngineStamps).Assembly.GetName().Version?.ToString(3)
        ?? throw new InvalidOperationException($"Assembly {Assembly.GetExecutingAssembly().FullName} has no version.");

    /// <summary>The stamp of an engine with this model.</summary>
    public static EngineStamp Of(ModelDescription model) =>
        new(model.Name, model.ModelType, model.Device, model.DType, model.WeightsDigest, Version);
}

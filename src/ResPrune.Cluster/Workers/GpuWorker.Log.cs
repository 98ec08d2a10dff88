using Microsoft.Extensions.Logging;
using ResPrune.Cluster.Placement;

namespace ResPrune.Cluster.Workers;

/// <content>Log messages.</content>
internal sealed partial class GpuWorker
{
    [LoggerMessage(Level = LogLevel.Information, Message = "GPU worker {Worker} asks for work.")]
    private static partial void LogStarted(ILogger logger, GpuWorkerKey worker);

    [LoggerMessage(Level = LogLevel.Information, Message = "GPU worker {Worker} is draining {Shards} shards.")]
    private static partial void LogDraining(ILogger logger, GpuWorkerKey worker, int shards);

    [LoggerMessage(Level = LogLevel.Error, Message = "GPU worker {Worker} has no engine.")]
    private static partial void LogNoEngine(ILogger logger, Exception exception, GpuWorkerKey worker);

    [LoggerMessage(Level = LogLevel.Warning, Message = "GPU worker {Worker} leaves batch {Batch} alone for {Time}: {Reason}")]
    private static partial void LogBenched(ILogger logger, GpuWorkerKey worker, string batch, TimeSpan time, string? reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "GPU worker {Worker} stops, its device failed: {Reason}")]
    private static partial void LogDeviceFailed(ILogger logger, GpuWorkerKey worker, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "GPU worker {Worker} could not ask the fleet for work: {Reason}")]
    private static partial void LogNoFleet(ILogger logger, GpuWorkerKey worker, string reason);
}

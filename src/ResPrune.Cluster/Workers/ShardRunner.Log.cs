using Microsoft.Extensions.Logging;

namespace ResPrune.Cluster.Workers;

/// <content>Log messages.</content>
internal sealed partial class ShardRunner
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{Worker} lost shard {Shard} of batch {Batch} to another attempt.")]
    private static partial void LogLost(ILogger logger, string worker, string batch, int shard);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Worker} failed at shard {Shard} of batch {Batch}, try {Try}.")]
    private static partial void LogFailed(ILogger logger, Exception exception, string worker, string batch, int shard, int @try);

    [LoggerMessage(Level = LogLevel.Information, Message = "The coordinator of batch {Batch} did not hear {Worker}: {Reason}")]
    private static partial void LogNotHeard(ILogger logger, string worker, string batch, string reason);

    [LoggerMessage(
        Level = LogLevel.Critical,
        Message = "The device of {Worker} failed; shard {Shard} of batch {Batch} is handed back and nothing of it is published: {Reason}")]
    private static partial void LogDevice(ILogger logger, string worker, string batch, int shard, string reason);
}

using Microsoft.Extensions.Logging;
using ResPrune.Batch.Batches;

namespace ResPrune.Cluster.Batches;

/// <content>Log messages.</content>
internal sealed partial class BatchGrain
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {Batch} has {Shards} shards, {Committed} of them committed.")]
    private static partial void LogLoaded(ILogger logger, string batch, int shards, int committed);

    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {Batch} is {Status}: {Answered} rows answered, {Failed} failed.")]
    private static partial void LogEnded(ILogger logger, string batch, BatchStatus status, long answered, long failed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch}: {Leases} leases ran out; their shards wait for another worker.")]
    private static partial void LogExpired(ILogger logger, string batch, int leases);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch}: an attempt at shard {Shard} failed: {Reason}")]
    private static partial void LogShardFailed(ILogger logger, string batch, int shard, string reason);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Batch {Batch}: attempt {Attempt} reported a commit of shard {Shard} that is not in the store.")]
    private static partial void LogNoCommit(ILogger logger, string batch, int shard, string attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch} is cancelled: {Failed} failed rows are more than its error budget.")]
    private static partial void LogBudget(ILogger logger, string batch, long failed);

    [LoggerMessage(Level = LogLevel.Error, Message = "Batch {Batch} cannot go on at the moment; it is tried again.")]
    private static partial void LogTrouble(ILogger logger, Exception exception, string batch);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Batch {Batch}: {Rows} rows of shard {Shard} failed on a device that works (line {Line}: {Reason}); the shard is tried again before they become errors.")]
    private static partial void LogSuspected(ILogger logger, string batch, int shard, int rows, long line, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {Batch} is answered by '{Model}', weights {Digest}.")]
    private static partial void LogModel(ILogger logger, string batch, string model, string? digest);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Batch {Batch} cannot be read at the moment: {Reason}")]
    private static partial void LogNotRead(ILogger logger, string batch, string reason);
}

using Microsoft.Extensions.Logging;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Cluster.Storage;

namespace ResPrune.Cluster.Workers;

/// <summary>Gives every line of a shard its row: side by side, or one at a time where a row is suspected of killing its worker.</summary>
internal sealed partial class ShardAnswerer(BatchStorage storage, RowAnswerer answerer, ILogger<ShardAnswerer> logger)
{
    /// <summary>Answers all rows.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="batch">The shard's batch.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="feed">The worker's bound on rows in flight.</param>
    /// <param name="announce">Tells the coordinator how far the attempt is, and with which row it is alone.</param>
    public Task<IReadOnlyCollection<AttemptRow>> AnswerAsync(
        ShardAttempt attempt, BatchContext batch, ShardSpec shard, ShardFeed feed, Func<Task> announce)
    {
        if (attempt.Lease.GiveUpReason is { } reason) return GiveUpAsync(attempt, batch, shard, reason);
        return attempt.Lease.Isolated ? OneByOneAsync(attempt, batch, shard, feed, announce) : SideBySideAsync(attempt, batch, shard, feed);
    }

    private async Task<IReadOnlyCollection<AttemptRow>> SideBySideAsync(
        ShardAttempt attempt, BatchContext batch, ShardSpec shard, ShardFeed feed)
    {
        var rows = new List<Task<AttemptRow>>(shard.Rows);
        // In memory a line is text of two bytes a character.
        var lineBytes = 2 * shard.Length;
        await feed.Lines.EnterAsync(lineBytes, attempt.Token);
        try
        {
            // Read before the turn: the shard before this one keeps the device busy meanwhile.
            var lines = await storage.ReadShardAsync(batch.Record, shard, attempt.Token);
            await feed.TakeTurnAsync(attempt.Token);
            await PutInAsync(attempt, batch, lines, feed, rows);
            return await Task.WhenAll(rows);
        }
        finally
        {
            feed.Lines.Leave(lineBytes);
        }
    }

    /// <summary>Puts the rows in, within the turn, which it ends.</summary>
    private async Task PutInAsync(
        ShardAttempt attempt, BatchContext batch, IReadOnlyList<BatchRequestLine> lines, ShardFeed feed, List<Task<AttemptRow>> rows)
    {
        try
        {
            foreach (var line in lines)
            {
                await feed.EnterRowAsync(attempt.Token);
                rows.Add(AnswerAndLeaveAsync(attempt, batch, line, feed));
            }
        }
        catch
        {
            // The rows already under way are of no use without the others; they must end before the attempt does.
            attempt.End();
            await Task.WhenAll(rows).ContinueWith(static _ => { }, TaskScheduler.Default);
            throw;
        }
        finally
        {
            feed.EndTurn();
        }
    }

    /// <summary>Whatever kills the worker now is the row that was announced last.</summary>
    private async Task<IReadOnlyCollection<AttemptRow>> OneByOneAsync(
        ShardAttempt attempt, BatchContext batch, ShardSpec shard, ShardFeed feed, Func<Task> announce)
    {
        LogIsolated(logger, attempt.Lease.Batch.Value, shard.Ordinal, attempt.Lease.PoisonLines.Count);
        var rows = new List<AttemptRow>(shard.Rows);
        await feed.TakeTurnAsync(attempt.Token);
        try
        {
            var lines = await storage.ReadShardAsync(batch.Record, shard, attempt.Token);
            using (await feed.EnterAloneAsync(attempt.Token))
            {
                foreach (var line in lines)
                {
                    if (attempt.Lease.PoisonLines.Contains(line.LineNumber))
                    {
                        rows.Add(RowAnswerer.Failed(batch, line, RowErrorCode.EngineError, "Its worker died each time it had this row alone."));
                        continue;
                    }

                    attempt.Progress.Line = line.LineNumber;
                    await announce();
                    rows.Add(await AnswerAsync(attempt, batch, line, feed));
                }
            }
        }
        finally
        {
            attempt.Progress.Line = null;
            feed.EndTurn();
        }

        return rows;
    }

    private async Task<AttemptRow> AnswerAndLeaveAsync(ShardAttempt attempt, BatchContext batch, BatchRequestLine line, ShardFeed feed)
    {
        try
        {
            return await AnswerAsync(attempt, batch, line, feed);
        }
        finally
        {
            feed.LeaveRow();
        }
    }

    private async Task<AttemptRow> AnswerAsync(ShardAttempt attempt, BatchContext batch, BatchRequestLine line, ShardFeed feed)
    {
        var row = attempt.Closing is { } code
            ? RowAnswerer.Failed(batch, line, code, RowErrorCodeNames.ClosedBecause(code))
            : await answerer.AnswerAsync(attempt, batch, line, feed);
        attempt.Note(row.Result);
        return row;
    }

    private async Task<IReadOnlyCollection<AttemptRow>> GiveUpAsync(
        ShardAttempt attempt, BatchContext batch, ShardSpec shard, string reason)
    {
        LogGivingUp(logger, attempt.Lease.Batch.Value, shard.Ordinal, reason);
        var lines = await storage.ReadShardAsync(batch.Record, shard, attempt.Token);
        return [.. lines.Select(line => RowAnswerer.Failed(
            batch, line, line.Fault?.Code ?? RowErrorCode.EngineError, line.Fault?.Message ?? reason))];
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Shard {Shard} of batch {Batch} is given up, its rows become errors: {Reason}")]
    private static partial void LogGivingUp(ILogger logger, string batch, int shard, string reason);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Workers died over shard {Shard} of batch {Batch}: its rows are taken one at a time, {Poison} of them are closed as the cause.")]
    private static partial void LogIsolated(ILogger logger, string batch, int shard, int poison);
}

using Microsoft.Extensions.Logging;
using ResPrune.Batch.Batches;
using ResPrune.Cluster.Fleet;

namespace ResPrune.Cluster.Batches;

/// <summary>A batch's entry in the fleet's list of open batches, and what the fleet said of the workers with the batch's model.</summary>
/// <param name="batch">The batch.</param>
/// <param name="grains">Finds the fleet.</param>
/// <param name="logger">The coordinator's.</param>
internal sealed partial class FleetEntry(BatchId batch, IGrainFactory grains, ILogger logger)
{
    /// <summary>Workers that may lease shards of the batch, as of the last registration.</summary>
    public int Workers { get; private set; }

    /// <summary>Why the batch waits for a worker; null when it does not.</summary>
    public string? Problem { get; private set; }

    private IFleetGrain Fleet => grains.GetGrain<IFleetGrain>(IFleetGrain.Key);

    /// <summary>Makes or renews the entry. A fleet that does not answer is logged: the next sweep registers again.</summary>
    /// <param name="record">The batch as it is now.</param>
    /// <param name="board">Its shards; null while they are being read.</param>
    /// <param name="hasNewWork">Whether workers that wait are to be told at once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task RegisterAsync(BatchRecord record, ShardBoard? board, bool hasNewWork, CancellationToken cancellationToken)
    {
        try
        {
            var registration = new BatchRegistration
            {
                Batch = batch,
                Priority = record.Spec.Priority,
                WeightsDigest = record.WeightsDigest,
                HasNewWork = hasNewWork,
                HasWaiting = board is null || board.Waiting > 0,
            };
            Workers = await Fleet.RegisterBatchAsync(registration, cancellationToken);
            Problem = Workers > 0 || board is not { Held: 0 } ? null : DescribeNoWorkers(record, await Fleet.ListModelsAsync(cancellationToken));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The fleet grain may be moving to another silo.
            LogNotRegistered(logger, batch.Value, exception.Message);
        }
    }

    /// <summary>Takes the entry out. Where the fleet does not answer, it asks the batch for work again, and is told again.</summary>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Fleet.RemoveBatchAsync(batch, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogNotRegistered(logger, batch.Value, exception.Message);
        }
    }

    private static string DescribeNoWorkers(BatchRecord record, IReadOnlyList<FleetModel> models)
    {
        var wanted = record.WeightsDigest is { } digest ? $" with the weights {Short(digest)} of '{record.Model}'" : "";
        var there = models.Count == 0
            ? "none is there at all"
            : $"there are {string.Join(", ", models.Select(model => $"{model.Workers} with '{model.Name}' ({Short(model.WeightsDigest)})"))}";
        return $"The batch waits: no worker{wanted} is in the fleet; {there}.";
    }

    private static string Short(string digest) => $"{digest[..Math.Min(12, digest.Length)]}…";

    [LoggerMessage(Level = LogLevel.Information, Message = "Batch {Batch} could not register with the fleet: {Reason}")]
    private static partial void LogNotRegistered(ILogger logger, string batch, string reason);
}

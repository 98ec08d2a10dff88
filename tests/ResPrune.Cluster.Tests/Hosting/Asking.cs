using ResPrune.Cluster.Batches;
using ResPrune.Cluster.Fleet;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>The test plays a worker with the model of <see cref="FakeEngine"/>.</summary>
internal static class Asking
{
    /// <summary>The question of a worker of this name.</summary>
    public static WorkRequest As(string worker, string? weights = null) =>
        new() { Worker = worker, Model = "fake", WeightsDigest = weights ?? FakeEngine.Weights };

    public static async Task<ShardLease?> TryLeaseAsync(this IBatchGrain batch, string worker, CancellationToken cancellationToken) =>
        (await batch.TryLeaseAsync(As(worker), cancellationToken)).Lease;

    public static Task<ShardLease?> RequestWorkAsync(this IFleetGrain fleet, string worker, bool isIdle, CancellationToken cancellationToken) =>
        fleet.RequestWorkAsync(As(worker) with { IsIdle = isIdle }, cancellationToken);
}

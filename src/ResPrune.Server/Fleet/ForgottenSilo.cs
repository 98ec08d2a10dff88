using Microsoft.Extensions.Hosting;
using Orleans.Clustering.Redis;

namespace ResPrune.Server.Fleet;

/// <summary>
/// Ends the process when the membership table does not know this silo any more: a Redis that came back without its data. Those who are
/// members could go on, but nobody who comes later would find them, and without a table a silo can neither join nor leave. What is not
/// committed becomes others' work.
/// </summary>
internal sealed class ForgottenSilo(IMembershipTable table, ILocalSiloDetails local, TimeProvider time, Action<string> fatal)
    : BackgroundService
{
    /// <summary>One look may meet a table that is being written.</summary>
    private const int Looks = 2;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(4);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var missing = 0; missing < Looks;)
        {
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
            if (await IsKnownAsync(stoppingToken) is { } known) missing = known ? 0 : missing + 1;
        }

        fatal($"silo '{local.Name}' ends, to be started again: Redis came back without the cluster's membership. Let it keep its data.");
    }

    private async Task<bool?> IsKnownAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await table.ReadRowAsync(local.SiloAddress, cancellationToken)).Members.Count > 0;
        }
        catch (RedisClusteringException)
        {
            // There is no table at all.
            return false;
        }
        catch (Exception)
        {
            // Redis is away, which is told elsewhere and waited for.
            return null;
        }
    }
}

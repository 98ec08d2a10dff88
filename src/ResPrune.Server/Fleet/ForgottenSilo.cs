using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ResPrune.Server.Fleet;

/// <summary>
/// Notices that the membership table does not know this silo any more: a Redis that came back without its data. Those who are members go on
/// working, but nobody who comes later can find them; only starting again helps.
/// </summary>
internal sealed partial class ForgottenSilo(IMembershipTable table, ILocalSiloDetails local, TimeProvider time, ILogger<ForgottenSilo> logger)
    : BackgroundService
{
    /// <summary>One look may meet a table that is being written.</summary>
    private const int Looks = 2;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(4);

    private readonly TaskCompletionSource _noticed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when it is so.</summary>
    public Task Noticed => _noticed.Task;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        for (var missing = 0; missing < Looks;)
        {
            await Task.Delay(Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
            missing = await IsMissingAsync(stoppingToken) ? missing + 1 : 0;
        }

        LogForgotten(logger, local.Name);
        _noticed.TrySetResult();
    }

    private async Task<bool> IsMissingAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await table.ReadRowAsync(local.SiloAddress, cancellationToken)).Members.Count == 0;
        }
        catch (Exception)
        {
            // Redis is away, which is told elsewhere and waited for.
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "Redis has lost the membership of silo '{Name}': it came back without its data.")]
    private static partial void LogForgotten(ILogger logger, string name);
}

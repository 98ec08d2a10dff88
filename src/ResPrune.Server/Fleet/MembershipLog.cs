using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ResPrune.Server.Fleet;

/// <summary>Says which silos come and go.</summary>
internal sealed partial class MembershipLog(IClusterMembershipService membership, ILocalSiloDetails local, ILogger<MembershipLog> logger)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var known = new Dictionary<SiloAddress, SiloStatus>();
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                foreach (var member in snapshot.Members.Values.Where(member => !member.SiloAddress.Equals(local.SiloAddress)))
                {
                    var before = known.TryGetValue(member.SiloAddress, out var status) ? status : SiloStatus.None;
                    known[member.SiloAddress] = member.Status;
                    if (before != member.Status) Say(member, before);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private void Say(ClusterMember member, SiloStatus before)
    {
        if (member.Status == SiloStatus.Active) LogJoined(logger, member.Name, member.SiloAddress);
        // Those that were dead before this silo joined are nobody's news.
        else if (member.Status == SiloStatus.Dead && before != SiloStatus.None) LogGone(logger, member.Name, member.SiloAddress);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Silo {Name} ({Address}) is a member.")]
    private static partial void LogJoined(ILogger logger, string name, SiloAddress address);

    [LoggerMessage(Level = LogLevel.Information, Message = "Silo {Name} ({Address}) is gone.")]
    private static partial void LogGone(ILogger logger, string name, SiloAddress address);
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using ResPrune.Server.Fleet;
using StackExchange.Redis;

namespace ResPrune.FleetCost.Memory;

/// <summary>A client that speaks to the grains as workers do.</summary>
internal sealed class GrainClient : IAsyncDisposable
{
    private readonly IHost _host;

    private GrainClient(IHost host) => _host = host;

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static async Task<GrainClient> ConnectAsync(FleetConnectionOptions fleet, CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = (fleet.ClusterId, fleet.ServiceId));
            client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromMinutes(5));
            client.UseRedisClustering(redis => redis.ConfigurationOptions = ConfigurationOptions.Parse(fleet.Redis));
        });
        var host = builder.Build();
        await host.StartAsync(cancellationToken);
        return new GrainClient(host);
    }

    public async ValueTask DisposeAsync()
    {
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _host.StopAsync(soon.Token);
        _host.Dispose();
    }
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using ResPrune.Cluster.Hosting;

namespace ResPrune.Server.Fleet;

/// <summary>A silo that has started, for a person.</summary>
public sealed record FleetSiloFacts
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it runs.</summary>
    public required SiloRole Role { get; init; }

    /// <summary>Address and port for the other silos.</summary>
    public required string Address { get; init; }

    /// <summary>Port for clients; 0 when it takes none.</summary>
    public required int GatewayPort { get; init; }

    /// <summary>Its devices.</summary>
    public required IReadOnlyList<string> Devices { get; init; }

    /// <summary>Where metrics are; null when they are not served.</summary>
    public Uri? Metrics { get; init; }

    internal static FleetSiloFacts Of(FleetSiloSetup setup, IHost host, FleetEngines engines, Uri? metrics)
    {
        var endpoints = host.Services.GetRequiredService<IOptions<EndpointOptions>>().Value;
        return new FleetSiloFacts
        {
            Name = setup.Silo.Name,
            Role = setup.Silo.Role,
            Address = $"{endpoints.AdvertisedIPAddress}:{endpoints.SiloPort}",
            GatewayPort = endpoints.GatewayPort,
            Devices = [.. engines.Devices.Select(device => device.Name)],
            Metrics = metrics,
        };
    }
}

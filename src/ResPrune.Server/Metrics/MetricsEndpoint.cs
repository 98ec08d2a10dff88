using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using ResPrune.Inference.Engine;
using ResPrune.Server.Health;

namespace ResPrune.Server.Metrics;

/// <summary>
/// <c>/metrics</c> in Prometheus' text format: ours, those of Orleans and of the .NET runtime. A web server of its own beside the silo, so
/// that a run without metrics pays nothing for it. Where there is a silo to ask about, <c>/healthz/…</c> is beside it.
/// </summary>
internal sealed class MetricsEndpoint : IAsyncDisposable
{
    private readonly WebApplication _app;

    private MetricsEndpoint(WebApplication app)
    {
        _app = app;
        Address = new Uri(new Uri(app.Urls.First()), "/metrics");
    }

    /// <summary>Where to scrape.</summary>
    public Uri Address { get; }

    /// <summary>Serves metrics.</summary>
    /// <param name="address">Where to listen.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    /// <param name="health">What is told at <c>/healthz/…</c>; null where nobody asks.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<MetricsEndpoint?> StartAsync(
        IPAddress address, int port, SiloHealth? health, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address, port);
            // Besides, for whoever asks from within: the health check of a container, a port that is forwarded.
            if (port != 0 && NeedsLoopback(address)) kestrel.Listen(IPAddress.Loopback, port);
        });
        builder.Services.AddRoutingCore();
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(EngineInstruments.MeterName, "Microsoft.Orleans")
            .AddRuntimeInstrumentation()
            .AddPrometheusExporter());
        var app = builder.Build();
        app.UseRouting();
        app.UseOpenTelemetryPrometheusScrapingEndpoint();
        if (health is not null) app.MapHealth(health);
        try
        {
            await app.StartAsync(cancellationToken);
            return new MetricsEndpoint(app);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    private static bool NeedsLoopback(IPAddress address) =>
        !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

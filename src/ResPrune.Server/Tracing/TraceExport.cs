using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using ResPrune.Server.Fleet;

namespace ResPrune.Server.Tracing;

/// <summary>
/// Sends the process's spans to an OpenTelemetry collector. Configured as everywhere, by the variables <c>OTEL_…</c> that the OpenTelemetry
/// specification defines, and only there when they name a collector: without one nothing listens, and no span is made.
/// </summary>
public sealed class TraceExport : IAsyncDisposable
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string TracesEndpoint = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    private readonly TracerProvider _provider;

    private TraceExport(TracerProvider provider) => _provider = provider;

    /// <summary>Starts it where the environment names a collector; else null.</summary>
    /// <param name="instance">Which of the service's processes this is: the name of the silo.</param>
    /// <exception cref="FleetStartException">The collector's address is none.</exception>
    public static TraceExport? Start(string instance) => Start(instance, Environment.GetEnvironmentVariable);

    /// <summary>Sends what is left, for a few seconds at most, and stops.</summary>
    public async ValueTask DisposeAsync() => await Task.Run(_provider.Dispose);

    /// <summary>The same; which collector it is, if any, is asked of <paramref name="variable"/>.</summary>
    internal static TraceExport? Start(string instance, Func<string, string?> variable)
    {
        if (!IsAskedFor(variable)) return null;
        var traces = variable(TracesEndpoint) is { Length: > 0 } text ? AddressIn(TracesEndpoint, text) : null;
        if (traces is null) AddressIn(Endpoint, variable(Endpoint)!);
        return new TraceExport(Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(Describe(instance))
            .AddSource("ResPrune.*")
            .AddOtlpExporter(exporter =>
            {
                // The general address is the exporter's own to read, as are protocol, headers and time-out.
                if (traces is not null) exporter.Endpoint = traces;
            })
            .Build());
    }

    private static bool IsAskedFor(Func<string, string?> variable)
    {
        if (string.Equals(variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)) return false;
        if (variable("OTEL_TRACES_EXPORTER") is { Length: > 0 } exporters && !exporters.Split(',').Contains("otlp")) return false;
        return !string.IsNullOrEmpty(variable(Endpoint)) || !string.IsNullOrEmpty(variable(TracesEndpoint));
    }

    private static Uri AddressIn(string name, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            // Not the text itself: there may be a password in it.
            : throw new FleetStartException($"{name} is no URL of a collector: use http://HOST:4317, or http://HOST:4318 with OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.");

    /// <summary>What the variables say wins.</summary>
    private static ResourceBuilder Describe(string instance) => ResourceBuilder.CreateEmpty()
        .AddService("resprune", serviceVersion: typeof(TraceExport).Assembly.GetName().Version?.ToString(3), autoGenerateServiceInstanceId: false, serviceInstanceId: instance)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}

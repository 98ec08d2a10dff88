using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using ResPrune.Inference.Engine;

namespace ResPrune.Server.Metrics;

/// <summary>Which build it is that the other metrics come from.</summary>
internal static class BuildInformation
{
    /// <summary>Publishes a gauge of 1 whose tags tell the version, the role and the runtime.</summary>
    public static void Publish(IMeterFactory meters, string role)
    {
        var version = typeof(BuildInformation).Assembly.GetName().Version?.ToString(3);
        var measurement = new Measurement<int>(
            1, new("version", version), new("role", role), new KeyValuePair<string, object?>("runtime", RuntimeInformation.FrameworkDescription));
        meters.Create(EngineInstruments.MeterName).CreateObservableGauge(
            "resprune.build.info", () => measurement, unit: null, "Always 1; the version is in the labels.");
    }
}

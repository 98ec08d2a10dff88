using System.Diagnostics;
using ResPrune.Server.Fleet;
using ResPrune.Server.Tracing;

namespace ResPrune.Server.Tests.Tracing;

public sealed class TraceExportTests
{
    private const string Collector = "http://127.0.0.1:4318";

    [Theory]
    [InlineData]
    [InlineData("OTEL_SERVICE_NAME=captions")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=" + Collector, "OTEL_SDK_DISABLED=TRUE")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=" + Collector, "OTEL_TRACES_EXPORTER=none")]
    public void Nobody_listens_where_no_collector_is_asked_for(params string[] environment)
    {
        Assert.Null(TraceExport.Start("silo", Variables(environment)));
        using var source = new ActivitySource("ResPrune.Server");
        Assert.False(source.HasListeners());
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=" + Collector)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=" + Collector + "/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=" + Collector, "OTEL_TRACES_EXPORTER=console,otlp")]
    public async Task A_collector_is_listened_for(params string[] environment)
    {
        using var source = new ActivitySource("ResPrune.Server");
        await using (TraceExport.Start("silo", Variables(environment))) Assert.True(source.HasListeners());
        Assert.False(source.HasListeners());
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")]
    public void An_address_that_is_none_is_refused_by_the_name_of_its_variable(string name)
    {
        var refusal = Assert.Throws<FleetStartException>(() => TraceExport.Start("silo", Variables($"{name}=ftp://user:hunter2@collector")));
        Assert.Contains(name, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refusal.ToString(), StringComparison.Ordinal);
    }

    private static Func<string, string?> Variables(params string[] environment)
    {
        var variables = environment.Select(text => text.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return name => variables.GetValueOrDefault(name);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace ResPrune.Cli.Tests.Fleet;

/// <summary>A collector on this machine: takes OTLP over HTTP and keeps what it was sent.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly WebApplication _server;

    private OtlpReceiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            if (context.Request.Path != "/v1/traces") Strange.Enqueue($"{context.Request.Method} {context.Request.Path}");
            Bodies.Enqueue(body.ToArray());
            context.Response.ContentType = "application/x-protobuf";
        });
    }

    /// <summary>What it was sent, byte by byte.</summary>
    public ConcurrentQueue<byte[]> Bodies { get; } = [];

    /// <summary>Requests that no exporter of traces makes.</summary>
    public ConcurrentQueue<string> Strange { get; } = [];

    /// <summary>All spans so far.</summary>
    public IReadOnlyList<ReceivedSpan> Spans => [.. Bodies.SelectMany(ReceivedSpan.ReadRequest)];

    /// <summary>The variables that make a process send its spans here, and soon.</summary>
    public Dictionary<string, string> Variables => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _server.Urls.Single(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
    };

    public static async Task<OtlpReceiver> StartAsync()
    {
        var receiver = new OtlpReceiver();
        await receiver._server.StartAsync();
        return receiver;
    }

    /// <summary>Waits until the spans are so.</summary>
    public async Task UntilAsync(string what, Func<IReadOnlyList<ReceivedSpan>, bool> areSo)
    {
        for (var waited = Stopwatch.StartNew(); !areSo(Spans); await Task.Delay(50))
            Assert.True(waited.Elapsed < Deadline, $"{what} did not come; there are: {string.Join(", ", Spans.CountBy(span => span.Name))}");
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();
}

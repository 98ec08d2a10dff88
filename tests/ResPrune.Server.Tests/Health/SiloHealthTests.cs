using System.Diagnostics;
using System.Net;
using System.Reflection;
using Microsoft.Extensions.Logging.Abstractions;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Workers;
using ResPrune.Inference.Engine;
using ResPrune.Server.Health;
using ResPrune.Server.Metrics;

namespace ResPrune.Server.Tests.Health;

public sealed class SiloHealthTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("resprune-health-").FullName;
    private readonly HttpClient _client = new();

    [Fact]
    public async Task A_device_thread_that_hangs_makes_live_fail_until_it_goes_on()
    {
        await using var device = new WedgeableDevice();
        await device.Device.Engine;
        // Far below what is usual, so that the test need not wait; a device that works makes a step more often than this.
        await using var endpoint = await ServeAsync(Health(TimeSpan.FromSeconds(1), device.Device));
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(endpoint, "live"));

        device.Wedge();
        var asked = device.AskAsync();
        var hangs = await UntilAsync(endpoint, "live", HttpStatusCode.ServiceUnavailable);
        Assert.Contains("device cpu has made no step for", hangs, StringComparison.Ordinal);

        device.Unwedge();
        Assert.IsType<GenerationResult>(await asked);
        await UntilAsync(endpoint, "live", HttpStatusCode.OK);
    }

    [Fact]
    public async Task Startup_waits_for_the_model_and_the_cluster()
    {
        var loading = new TaskCompletionSource<IVisionLanguageEngine>();
        await using var device = new WedgeableDevice();
        var health = Health(TimeSpan.FromMinutes(5), new WorkerDevice("cpu", loading.Task));
        await using var endpoint = await ServeAsync(health);
        var (status, said) = await GetAsync(endpoint, "startup");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("the model is not loaded on cpu", said, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(endpoint, "live")).Status);

        loading.SetResult(await device.Device.Engine);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "the silo has not joined the cluster\n"), await GetAsync(endpoint, "startup"));
        health.Joined(new Membership());
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(endpoint, "startup"));
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(endpoint, "ready"));
    }

    [Fact]
    public async Task Ready_fails_while_the_silo_leaves()
    {
        var health = Health(TimeSpan.FromMinutes(5));
        var membership = new Membership();
        health.Joined(membership);
        await using var endpoint = await ServeAsync(health);
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(endpoint, "ready"));
        membership.CurrentStatus = SiloStatus.ShuttingDown;
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "the silo is ShuttingDown\n"), await GetAsync(endpoint, "ready"));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(endpoint, "live")).Status);
    }

    [Fact]
    public async Task Ready_fails_while_the_store_is_away()
    {
        var store = DispatchProxy.Create<IBlobStore, UnreachableStore>();
        var health = new SiloHealth([], store, TimeSpan.FromMinutes(5), NullLogger<SiloHealth>.Instance);
        health.Joined(new Membership());
        await using var endpoint = await ServeAsync(health);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "the store does not answer: no route to host\n"), await GetAsync(endpoint, "ready"));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(endpoint, "live")).Status);
    }

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private SiloHealth Health(TimeSpan wedgedAfter, params WorkerDevice[] devices) =>
        new(devices, LocalFolderBlobStore.OpenOrCreate(_folder), wedgedAfter, NullLogger<SiloHealth>.Instance);

    private static async Task<MetricsEndpoint> ServeAsync(SiloHealth health) =>
        (await MetricsEndpoint.StartAsync(IPAddress.Loopback, 0, health, CancellationToken.None))!;

    private async Task<(HttpStatusCode Status, string Said)> GetAsync(MetricsEndpoint endpoint, string probe)
    {
        using var answer = await _client.GetAsync(new Uri(endpoint.Address, $"/healthz/{probe}"));
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private async Task<string> UntilAsync(MetricsEndpoint endpoint, string probe, HttpStatusCode wanted)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            var (status, said) = await GetAsync(endpoint, probe);
            if (status == wanted) return said;
            Assert.True(waited.Elapsed < Deadline, $"{probe} was not {wanted} within {Deadline}: {status}, {said}");
        }
    }

    /// <summary>Membership as a test sets it.</summary>
    private sealed class Membership : ISiloStatusOracle
    {
        public SiloStatus CurrentStatus { get; set; } = SiloStatus.Active;

        public string SiloName => "silo";

        public SiloAddress SiloAddress => SiloAddress.Zero;

        public SiloStatus GetApproximateSiloStatus(SiloAddress siloAddress) => CurrentStatus;

        public Dictionary<SiloAddress, SiloStatus> GetApproximateSiloStatuses(bool onlyActive = false) => [];

        public bool TryGetSiloName(SiloAddress siloAddress, out string siloName)
        {
            siloName = "";
            return false;
        }

        public bool IsFunctionalDirectory(SiloAddress siloAddress) => true;

        public bool IsDeadSilo(SiloAddress silo) => false;

        public bool SubscribeToSiloStatusEvents(ISiloStatusListener observer) => false;

        public bool UnSubscribeFromSiloStatusEvents(ISiloStatusListener observer) => false;

        public SiloAddress[] GetActiveSilos() => [];
    }
}

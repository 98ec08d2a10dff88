using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Polly;
using Polly.Retry;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Storage;
using ResPrune.Cluster.Batches;
using ResPrune.Server.Batches;
using ResPrune.Server.Hosting;
using ResPrune.Server.Tls;

namespace ResPrune.Server.Fleet;

/// <summary>
/// A fleet from outside: finds its control silos through Redis, and goes on with another one when the one it talks to is lost.
/// </summary>
public sealed class FleetClient : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly RedisConnection _redis;
    private readonly IHost _host;

    private FleetClient(RedisConnection redis, IHost host, IBlobStore store)
    {
        _redis = redis;
        _host = host;
        Store = store;
        Batches = new BatchClient(store, host.Services.GetRequiredService<IGrainFactory>(), TimeProvider.System);
    }

    /// <summary>Batches and answers.</summary>
    public IBlobStore Store { get; }

    /// <summary>Submits and watches batches; a call may fail while silos come and go.</summary>
    public BatchClient Batches { get; }

    /// <summary>Connects.</summary>
    /// <exception cref="FleetStartException">
    /// The store is not there, Redis cannot be reached, or no control silo answered within <see cref="FleetConnectionOptions.StartTimeout"/>.
    /// </exception>
    public static async Task<FleetClient> ConnectAsync(FleetConnectionOptions fleet, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        var tls = fleet.OpenTls(NullLogger.Instance);
        var store = await FleetStore.OpenAsync(fleet.Store, cancellationToken);
        var redis = await RedisConnection.ConnectAsync(fleet.Redis, fleet.StartTimeout, NullLogger.Instance, cancellationToken);
        try
        {
            return new FleetClient(redis, await StartAsync(fleet, redis, tls, cancellationToken), store);
        }
        catch
        {
            await redis.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// The batch every <paramref name="interval"/> until it has ended. Silos that are lost meanwhile are told to <paramref name="waiting"/>
    /// and waited for, however long it takes.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="interval">Time between two snapshots.</param>
    /// <param name="waiting">Called at the first question that got no answer, and with null when one got it again.</param>
    /// <param name="cancellationToken">Ends the watching; the batch goes on.</param>
    /// <exception cref="BatchNotFoundException">Nothing was submitted under this id.</exception>
    public async IAsyncEnumerable<BatchSnapshot> WatchAsync(
        BatchId batch, TimeSpan interval, Action<string?> waiting, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(waiting);
        for (var isWaiting = false; ;)
        {
            var (snapshot, trouble) = await TryAskAsync(batch, cancellationToken);
            if (isWaiting != (snapshot is null)) waiting(trouble);
            isWaiting = snapshot is null;
            if (snapshot is not null) yield return snapshot;
            if (snapshot is { IsTerminal: true }) yield break;
            await Task.Delay(interval, cancellationToken);
        }
    }

    /// <summary>Asks a silo for something, again with another one until somebody answers or <paramref name="timeout"/> is over.</summary>
    /// <exception cref="FleetStartException">Nobody answered.</exception>
    public static async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(timeout);
        var tries = new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = attempt => ValueTask.FromResult(
                    attempt.Outcome.Exception is { } failure && MayPass(failure) && !deadline.IsCancellationRequested),
                MaxRetryAttempts = int.MaxValue,
                Delay = Pause,
            })
            .Build();
        try
        {
            return await tries.ExecuteAsync(async _ => await question(deadline.Token), cancellationToken);
        }
        catch (Exception exception) when (MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            throw new FleetStartException($"The fleet gave no answer within {timeout.TotalSeconds:0.#} s: {exception.Message}", exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // Saying good-bye to a gateway that hangs is not worth a wait.
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _host.StopAsync(soon.Token);
        _host.Dispose();
        await _redis.DisposeAsync();
    }

    private async Task<(BatchSnapshot? Snapshot, string? Trouble)> TryAskAsync(BatchId batch, CancellationToken cancellationToken)
    {
        try
        {
            return (await Batches.GetProgressAsync(batch, cancellationToken), null);
        }
        catch (Exception exception) when (MayPass(exception) && !cancellationToken.IsCancellationRequested)
        {
            return (null, exception.Message);
        }
    }

    /// <summary>What a silo that is lost, or a cluster without one, looks like from here.</summary>
    private static bool MayPass(Exception exception) => exception switch
    {
        BatchNotFoundException => false,
        OrleansException or TimeoutException or IOException or OperationCanceledException => true,
        // No silo of the cluster hosts the coordinators at the moment.
        ArgumentException => exception.Message.Contains("implementation", StringComparison.OrdinalIgnoreCase),
        InvalidOperationException => false,
        _ => false,
    };

    private static async Task<IHost> StartAsync(
        FleetConnectionOptions fleet, RedisConnection redis, TlsCredentials? tls, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(fleet.StartTimeout);
        var host = Build(fleet, redis, tls, deadline.Token);
        try
        {
            await host.StartAsync(deadline.Token);
            return host;
        }
        catch (Exception exception)
        {
            host.Dispose();
            if (cancellationToken.IsCancellationRequested) throw;
            throw new FleetStartException(
                $"No control silo of cluster '{fleet.ClusterId}' answered within {fleet.StartTimeout.TotalSeconds:0.#} s. "
                + "Start one with 'resprune silo --role control', or correct --redis or --cluster-id. "
                + (tls is null ? "A fleet that uses TLS answers only those that give --tls-certificate, --tls-key and --tls-ca."
                    : "Its silos must use TLS too, with certificates of the same authority."),
                exception);
        }
    }

    private static IHost Build(FleetConnectionOptions fleet, RedisConnection redis, TlsCredentials? tls, CancellationToken giveUp)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddSingleton<IHostLifetime, CallerLifetime>();
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(cluster =>
            {
                cluster.ClusterId = fleet.ClusterId;
                cluster.ServiceId = fleet.ServiceId;
            });
            client.UseRedisClustering(options =>
            {
                options.ConfigurationOptions = redis.Options;
                options.CreateMultiplexer = _ => redis.ShareAsync();
            });
            if (tls is not null) client.UseMutualTls(tls);
            client.UseConnectionRetryFilter(async (_, cancellationToken) =>
            {
                if (giveUp.IsCancellationRequested) return false;
                await Task.Delay(Pause, cancellationToken);
                return true;
            });
            // A gateway that died is to be forgotten as soon as the others know of it.
            client.Configure<GatewayOptions>(gateway => gateway.GatewayListRefreshPeriod = TimeSpan.FromSeconds(2));
            client.Configure<ClientMessagingOptions>(messaging =>
            {
                messaging.ResponseTimeout = TimeSpan.FromSeconds(5);
                messaging.CancelRequestOnTimeout = true;
            });
        });
        return builder.Build();
    }
}

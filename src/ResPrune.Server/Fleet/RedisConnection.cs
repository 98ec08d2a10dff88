using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;
using StackExchange.Redis;

namespace ResPrune.Server.Fleet;

/// <summary>
/// The process's connection to Redis. A start without Redis fails after a bounded time; a Redis that is lost later is waited for, because
/// the work does not need it: only joining, leaving and the death of a silo do.
/// </summary>
internal sealed partial class RedisConnection : IAsyncDisposable
{
    private static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly ConnectionMultiplexer _multiplexer;
    private readonly ILogger _logger;
    private int _lost;

    private RedisConnection(ConnectionMultiplexer multiplexer, ConfigurationOptions options, string endpoints, ILogger logger)
    {
        Options = options;
        _multiplexer = multiplexer;
        _logger = logger;
        Endpoints = endpoints;
        multiplexer.ConnectionFailed += OnLost;
        multiplexer.ConnectionRestored += OnRestored;
    }

    /// <summary>The connection.</summary>
    public IConnectionMultiplexer Multiplexer => _multiplexer;

    /// <summary>What it was made from; Orleans wants to see it.</summary>
    public ConfigurationOptions Options { get; }

    /// <summary>The connection as Orleans takes it: not its to close.</summary>
    public Task<(IConnectionMultiplexer Multiplexer, bool IsShared)> ShareAsync() => Task.FromResult((Multiplexer, true));

    /// <summary>Host and port, for messages; no password.</summary>
    public string Endpoints { get; }

    /// <summary>Connects, trying again until <paramref name="timeout"/>.</summary>
    /// <exception cref="FleetStartException">The address is none, or nobody answers there.</exception>
    public static async Task<RedisConnection> ConnectAsync(
        string configuration, TimeSpan timeout, ILogger logger, CancellationToken cancellationToken)
    {
        var options = Parse(configuration);
        var endpoints = Named(options);
        var waited = Stopwatch.StartNew();
        var tries = new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = attempt => ValueTask.FromResult(IsAway(attempt.Outcome.Exception) && waited.Elapsed + Pause < timeout),
                MaxRetryAttempts = int.MaxValue,
                Delay = Pause,
            })
            .Build();
        try
        {
            var multiplexer = await tries.ExecuteAsync(
                async token => await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(token), cancellationToken);
            return new RedisConnection(multiplexer, options, endpoints, logger);
        }
        catch (Exception exception) when (IsAway(exception))
        {
            throw new FleetStartException(
                $"Redis at {endpoints} cannot be reached (tried for {timeout.TotalSeconds:0.#} s): {Reason(exception)}. Start it, or correct --redis.",
                exception);
        }
    }

    /// <summary>
    /// Does a part of joining the fleet, and gives up when Redis has been away for <paramref name="limit"/> without a break: Orleans by itself
    /// tries for minutes. What is given up is told so, and not waited for.
    /// </summary>
    /// <exception cref="FleetStartException">Redis is away.</exception>
    public async Task<T> JoinAsync<T>(Func<CancellationToken, Task<T>> part, TimeSpan limit, CancellationToken cancellationToken)
    {
        // Not disposed: what was given up may still look at it.
        var goesOn = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var joining = part(goesOn.Token);
        for (var away = Stopwatch.StartNew(); !joining.IsCompleted && away.Elapsed < limit;)
        {
            if (_multiplexer.IsConnected) away.Restart();
            await Task.WhenAny(joining, Task.Delay(Look, CancellationToken.None));
        }

        try
        {
            if (joining.IsCompleted) return await joining;
        }
        catch (Exception exception) when (FaultIn(exception) is { } fault)
        {
            throw LostWhileJoining(Reason(fault), exception);
        }

        // Not waited for either: Orleans leaves the fleet within this call.
        _ = goesOn.CancelAsync();
        _ = joining.ContinueWith(static given => given.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        throw LostWhileJoining($"it has been away for {limit.TotalSeconds:0.#} s", null);
    }

    /// <summary>The address that this machine reaches Redis from.</summary>
    public static IPAddress LocalAddress(string configuration)
    {
        try
        {
            using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
            // Connecting a datagram socket sends nothing; it only picks the route.
            var endpoint = Parse(configuration).EndPoints[0];
            if (endpoint is DnsEndPoint name) socket.Connect(name.Host, name.Port);
            else socket.Connect(endpoint);
            var local = ((IPEndPoint)socket.LocalEndPoint!).Address;
            return local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local;
        }
        catch (SocketException exception)
        {
            throw new FleetStartException($"No address of this machine leads to Redis: {exception.Message}. Give --advertise.", exception);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _multiplexer.ConnectionFailed -= OnLost;
        _multiplexer.ConnectionRestored -= OnRestored;
        await _multiplexer.DisposeAsync();
    }

    private static bool IsAway(Exception? exception) => exception is RedisException or SocketException or TimeoutException;

    private FleetStartException LostWhileJoining(string reason, Exception? exception) =>
        new($"Redis at {Endpoints} was lost while the silo joined: {reason}. Start the silo again when it is back.", exception);

    // What the Redis client complained of, where Orleans wraps it.
    private static Exception? FaultIn(Exception? exception)
    {
        while (exception is not (null or RedisException or RedisTimeoutException)) exception = exception.InnerException;
        return exception;
    }

    private static ConfigurationOptions Parse(string configuration)
    {
        try
        {
            var options = ConfigurationOptions.Parse(configuration);
            if (options.EndPoints.Count == 0) throw new FleetStartException("--redis names no server: give HOST:PORT.");
            options.AbortOnConnectFail = true;
            options.ConnectRetry = 1;
            options.ConnectTimeout = (int)TryTimeout.TotalMilliseconds;
            options.ClientName = "resprune";
            return options;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // Not the text itself: it may hold a password.
            throw new FleetStartException($"--redis cannot be read: give HOST:PORT ({exception.GetType().Name}).", exception);
        }
    }

    private static string Named(ConfigurationOptions options) =>
        string.Join(", ", options.EndPoints.Select(endpoint => endpoint.ToString()!.Replace("Unspecified/", "", StringComparison.Ordinal)));

    private static string Reason(Exception exception) => exception switch
    {
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => "it wants another password",
        RedisConnectionException connection when connection.GetBaseException() is SocketException socket => socket.Message,
        RedisConnectionException connection => connection.FailureType.ToString(),
        _ => exception.GetBaseException().Message,
    };

    private void OnLost(object? sender, ConnectionFailedEventArgs arguments)
    {
        if (arguments.ConnectionType == ConnectionType.Interactive && Interlocked.Exchange(ref _lost, 1) == 0)
            LogLost(_logger, Endpoints, arguments.FailureType.ToString());
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs arguments)
    {
        if (arguments.ConnectionType == ConnectionType.Interactive && Interlocked.Exchange(ref _lost, 0) == 1) LogBack(_logger, Endpoints);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Redis at {Endpoints} is lost ({Reason}). The work goes on; silos cannot join or leave until it is back.")]
    private static partial void LogLost(ILogger logger, string endpoints, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis at {Endpoints} is back.")]
    private static partial void LogBack(ILogger logger, string endpoints);
}

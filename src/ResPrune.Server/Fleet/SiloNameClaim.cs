using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace ResPrune.Server.Fleet;

/// <summary>
/// The right to a silo name: a key in Redis that its owner renews and that runs out when the owner is gone. Workers are addressed by the name
/// of their silo, so two silos of one name would take each other's calls.
/// </summary>
internal sealed partial class SiloNameClaim : IAsyncDisposable
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    // Scripts, not the library's own LockExtend and LockRelease: their transactions block a thread of the pool until Redis has answered, and
    // where the pool has one thread only, the answer waits for that thread: half a second in which the silo does nothing, at every renewal.
    private const string ExtendIfOwned =
        "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0";

    private const string ReleaseIfOwned = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

    private readonly IDatabase _redis;
    private readonly RedisKey _key;
    private readonly RedisValue _owner;
    private readonly string _name;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _renewing;

    private SiloNameClaim(IDatabase redis, RedisKey key, RedisValue owner, string name, ILogger logger)
    {
        _redis = redis;
        _key = key;
        _owner = owner;
        _name = name;
        _logger = logger;
        _renewing = Task.Run(RenewAsync);
    }

    /// <summary>Completes when another process has taken the name: this one was away for longer than the claim lasts.</summary>
    public Task Lost => _lost.Task;

    /// <summary>Claims the name; waits for the claim of a process that was killed to run out.</summary>
    /// <exception cref="FleetStartException">A living silo has it.</exception>
    public static async Task<SiloNameClaim> TakeAsync(
        IConnectionMultiplexer multiplexer, FleetConnectionOptions fleet, string name, ILogger logger, CancellationToken cancellationToken)
    {
        var redis = multiplexer.GetDatabase();
        RedisKey key = $"{fleet.ServiceId}/names/{fleet.ClusterId}/{name}";
        RedisValue owner = $"{Environment.MachineName} process {Environment.ProcessId} ({Guid.NewGuid():N})";
        TimeSpan? before = null;
        while (!await redis.LockTakeAsync(key, owner, Lifetime))
        {
            var left = await redis.KeyTimeToLiveAsync(key);
            // A claim that gets longer is being renewed: its owner lives.
            if (left > before) throw new FleetStartException(
                $"Another silo of cluster '{fleet.ClusterId}' is named '{name}': {Holder(await redis.LockQueryAsync(key))}. Choose another --name.");
            before = left;
            await Task.Delay(Look, cancellationToken);
        }

        return new SiloNameClaim(redis, key, owner, name, logger);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _renewing;
        _stop.Dispose();
        try
        {
            await _redis.ScriptEvaluateAsync(ReleaseIfOwned, [_key], [_owner]);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // It runs out by itself.
        }
    }

    private async Task RenewAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(RenewInterval, _stop.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            if (_stop.IsCancellationRequested || await TryRenewAsync()) continue;
            LogTaken(_logger, _name);
            _lost.TrySetResult();
            return;
        }
    }

    private async Task<bool> TryRenewAsync()
    {
        try
        {
            // A Redis that came back empty has forgotten the claim: make it again where nobody else has.
            var extended = await _redis.ScriptEvaluateAsync(ExtendIfOwned, [_key], [_owner, (long)Lifetime.TotalMilliseconds]);
            return (long)extended == 1 || await _redis.LockTakeAsync(_key, _owner, Lifetime);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            // Redis is away. Whoever wanted the name could not take it either.
            return true;
        }
    }

    private static string Holder(RedisValue owner) => owner.IsNullOrEmpty ? "it ends at this moment, try again" : owner.ToString().Split(" (")[0];

    [LoggerMessage(Level = LogLevel.Critical, Message = "Another silo has taken the name '{Name}' while this one was away.")]
    private static partial void LogTaken(ILogger logger, string name);
}

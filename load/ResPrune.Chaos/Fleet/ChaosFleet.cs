using System.Diagnostics;
using ResPrune.Chaos.Stores;

namespace ResPrune.Chaos.Fleet;

/// <summary>
/// One Redis, one store, two control silos and three workers, as real processes. It lives through many scenarios: what a fault took away is
/// replaced under a new name, as a fleet's operator does it.
/// </summary>
internal sealed class ChaosFleet : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly string _logs;
    private readonly List<SiloSlot> _slots = [];
    private readonly SiloSlot? _other;

    /// <summary>Prepares a fleet; nothing runs yet.</summary>
    /// <param name="folder">For its logs and Redis.</param>
    /// <param name="store">Its store, not its own.</param>
    /// <param name="workers">Workers it has.</param>
    /// <param name="otherModel">Folder of the model of one more worker, which comes when it is called; null where there is none.</param>
    public ChaosFleet(string folder, StoreUnderTest store, int workers, string? otherModel = null)
    {
        Folder = folder;
        Store = store;
        _logs = Directory.CreateDirectory(Path.Combine(folder, "logs")).FullName;
        Redis = new RedisProcess(Path.Combine(folder, "redis"));
        for (var n = 0; n < 2; n++) _slots.Add(new SiloSlot($"control-{n}", isControl: true));
        for (var n = 0; n < workers; n++) _slots.Add(new SiloSlot($"worker-{n}", isControl: false));
        if (otherModel is not null) _slots.Add(_other = new SiloSlot("other", isControl: false, otherModel) { IsWanted = false });
    }

    /// <summary>Logs and Redis.</summary>
    public string Folder { get; }

    public StoreUnderTest Store { get; }

    public RedisProcess Redis { get; }

    /// <summary>The places of silos.</summary>
    public IReadOnlyList<SiloSlot> Slots => _slots;

    /// <summary>Settings of its silos beside those that they need.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The place of the worker with another model.</summary>
    public SiloSlot Other => _other ?? throw new InvalidOperationException("This fleet has one model.");

    /// <summary>Those that run and that nothing was done to.</summary>
    public IEnumerable<SiloSlot> Whole(bool control) => _slots.Where(slot => slot.IsControl == control && slot.Silo is { IsWhole: true });

    /// <summary>The whole control silo that took the batch up last; null when none did.</summary>
    public SiloSlot? CoordinatorOf(string batch) => Whole(control: true)
        .Where(slot => slot.Silo!.Says($"Batch {batch} has "))
        .MaxBy(slot => File.GetLastWriteTimeUtc(slot.Silo!.Log));

    /// <summary>Starts a silo in a place; it is not up yet.</summary>
    public SiloProcess Start(SiloSlot slot)
    {
        var name = slot.NextName;
        string[] arguments =
        [
            "--store", Store.Address, "--redis", Redis.Address, "--metrics-port", "0",
            .. slot.IsControl ? (string[])[] : ["--device", "cpu", "--batch-size", "4"],
            .. slot.Model is null ? (string[])[] : ["--model", slot.Model],
        ];
        // One core a worker: three of them share what there is.
        var environment = new Dictionary<string, string>(Store.Environment.Concat(Settings)) { ["OMP_NUM_THREADS"] = "1" };
        var silo = SiloProcess.Start(name, slot.IsControl, Path.Combine(_logs, $"{name}.log"), arguments, environment);
        slot.Add(silo);
        return silo;
    }

    /// <summary>A silo belongs in this place from now on; it is not up yet.</summary>
    public void Call(SiloSlot slot)
    {
        if (slot.IsWanted) return;
        slot.IsWanted = true;
        Start(slot);
    }

    /// <summary>Tells the silos that were called to leave, and waits for that; one that something was done to is ended.</summary>
    public async Task DismissAsync()
    {
        if (_other is not { IsWanted: true, Silo: { } silo }) return;
        _other.IsWanted = false;
        for (var waited = Stopwatch.StartNew(); silo is { HasExited: false, IsUp: false } && waited.Elapsed < StartDeadline;) await Task.Delay(Look);
        if (silo.HasExited) return;
        if (silo.IsWhole) silo.Drain();
        else silo.Kill();
        await silo.HasEndedAsync(GracePeriod);
    }

    /// <summary>Fills every place that has no whole silo, and waits until all are up.</summary>
    /// <exception cref="TimeoutException">One does not come up.</exception>
    public async Task MakeWholeAsync()
    {
        // Where a scenario was given up, what it had called is still there.
        await DismissAsync();
        var wanted = _slots.Where(slot => slot.IsWanted).ToList();
        foreach (var slot in wanted.Where(slot => slot.Silo is null || slot.Silo.HasExited)) Start(slot);
        var waited = Stopwatch.StartNew();
        foreach (var slot in wanted)
        {
            while (!slot.Silo!.IsUp)
            {
                if (waited.Elapsed > StartDeadline) throw new TimeoutException($"{slot.Silo.Name} did not come up; see {slot.Silo.Log}");
                // A machine with too much to do is taken for dead while it starts as well; one that began to start under the last fault is refused.
                if (slot.Silo is { WasRefused: true } or { WasEvicted: true }) Start(slot);
                else if (slot.Silo.HasExited && !slot.Silo.IsUp)
                    throw new InvalidOperationException($"{slot.Silo.Name} ended while it started; see {slot.Silo.Log}");
                await Task.Delay(Look);
            }

            // One that woke up and was not declared dead is a member like any other.
            if (!slot.Silo.HasExited) slot.Silo.Fate = SiloFate.Runs;
        }
    }

    /// <summary>
    /// Starts silos again that gave up starting, because the store or Redis was away, or that were taken for dead: as whoever keeps processes
    /// running does.
    /// </summary>
    public void RestartEnded()
    {
        foreach (var slot in _slots.Where(slot => slot is { IsWanted: true, Silo: { WasRefused: true } or { WasEvicted: true } })) Start(slot);
    }

    /// <summary>Silos that were taken for dead though nothing was done to them.</summary>
    public int Evictions => _slots.SelectMany(slot => slot.Silos).Count(silo => silo.WasEvicted);

    /// <summary>Tells every silo to stop, when those that start are up; what is wrong with how they did.</summary>
    public async Task<IReadOnlyList<string>> DrainAsync()
    {
        // A process that is told to stop before its runtime listens to signals dies of them.
        var waited = Stopwatch.StartNew();
        while (_slots.Any(slot => slot.Silo is { HasExited: false, IsUp: false }) && waited.Elapsed < StartDeadline) await Task.Delay(Look);
        var silos = _slots.Select(slot => slot.Silo).OfType<SiloProcess>().Where(silo => !silo.HasExited).ToList();
        foreach (var silo in silos) silo.Drain();
        foreach (var silo in silos) await silo.HasEndedAsync(GracePeriod);
        return [.. silos.Select(silo => silo.Complaint()).OfType<string>()];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _slots.SelectMany(slot => slot.Silos)) silo.Dispose();
        await Redis.DisposeAsync();
    }
}

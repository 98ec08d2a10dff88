using ResPrune.FleetSimulator.Clock;

namespace ResPrune.FleetSimulator.Network;

/// <summary>
/// What a grain's turns cost. Simulated time does not pass while the host computes, so a grain would answer any number of calls in no time;
/// here each call takes a stated time of its grain, one after another, as a grain on one core does.
/// </summary>
internal sealed class Turns(SimulatedTime time, TimeSpan cost)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<GrainId, (TimeSpan FreeAt, TimeSpan Busy)> _grains = [];

    /// <summary>The time the busiest grain worked, and which it is.</summary>
    public (string Grain, TimeSpan Busy) Busiest
    {
        get
        {
            lock (_lock)
            {
                if (_grains.Count == 0) return ("none", TimeSpan.Zero);
                var most = _grains.MaxBy(grain => grain.Value.Busy);
                return (most.Key.Type.ToString() ?? "", most.Value.Busy);
            }
        }
    }

    /// <summary>Waits for the grain to be free and takes its time for one call.</summary>
    public Task TakeAsync(GrainId grain)
    {
        if (cost == TimeSpan.Zero) return Task.CompletedTask;
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.Elapsed;
            var (freeAt, busy) = _grains.GetValueOrDefault(grain);
            var done = (freeAt > now ? freeAt : now) + cost;
            _grains[grain] = (done, busy + cost);
            wait = done - now;
        }

        return time.WaitAsync(wait);
    }
}

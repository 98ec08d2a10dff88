using ResPrune.FleetSimulator.Clock;

namespace ResPrune.FleetSimulator.Running;

/// <summary>Managed memory of the whole process after a full collection: every silo, and of the store its names and small blobs.</summary>
internal sealed class MemorySamples(ClockHand hand)
{
    private readonly List<(string When, long Bytes)> _samples = [];

    /// <summary>What was measured.</summary>
    public IReadOnlyList<(string When, long Bytes)> Samples => _samples;

    /// <summary>Measures now, while time stands still.</summary>
    public void Take(string when)
    {
        hand.Hold();
        _samples.Add((when, GC.GetTotalMemory(forceFullCollection: true)));
        hand.Release();
    }
}

using ResPrune.FleetSimulator.Clock;
using ResPrune.FleetSimulator.Network;
using ResPrune.FleetSimulator.Running;
using ResPrune.FleetSimulator.Storage;

namespace ResPrune.FleetSimulator.Machines;

/// <summary>What all machines of one simulation share.</summary>
internal sealed class World
{
    /// <summary>A world at its beginning.</summary>
    public World(SimulationOptions options)
    {
        Options = options;
        Time = new SimulatedTime(options.Tick);
        Calls = new CallBook(Time);
        Turns = new Turns(Time, options.Turn);
        Blobs = new FleetBlobs(new GeneratedInput(options.Rows));
    }

    /// <summary>What is simulated.</summary>
    public SimulationOptions Options { get; }

    /// <summary>Its time.</summary>
    public SimulatedTime Time { get; }

    /// <summary>Calls between grains.</summary>
    public CallBook Calls { get; }

    /// <summary>What grains' turns cost.</summary>
    public Turns Turns { get; }

    /// <summary>The store, without its latency.</summary>
    public FleetBlobs Blobs { get; }

    /// <summary>When what was done.</summary>
    public Milestones Milestones { get; } = new();

    /// <summary>Calls of the store, by what they are.</summary>
    public StorageCounts Storage { get; } = new();
}

using ResPrune.Cluster.Hosting;
using ResPrune.FleetSimulator.Drawing;

namespace ResPrune.FleetSimulator.Machines;

/// <summary>One machine: a silo, perhaps with devices. Gone at once when it is killed, before anybody notices.</summary>
internal sealed class Machine
{
    private readonly Draws _draws;
    private volatile bool _isGone;

    /// <summary>A machine that starts now.</summary>
    /// <param name="world">Its world.</param>
    /// <param name="number">Its number; never used again.</param>
    public Machine(World world, int number)
    {
        World = world;
        Role = number < world.Options.Control ? SiloRole.Control : SiloRole.Worker;
        _draws = new Draws(HashCode(world.Options.Seed, number));
        var devices = Role == SiloRole.Worker ? world.Options.Devices : 0;
        Devices = [.. Enumerable.Range(0, devices).Select(device => new TimekeepingEngine(this, device, Slowness()))];
    }

    /// <summary>Its world.</summary>
    public World World { get; }

    /// <summary>Which grains it hosts.</summary>
    public SiloRole Role { get; }

    /// <summary>Its devices.</summary>
    public IReadOnlyList<TimekeepingEngine> Devices { get; }

    /// <summary>Whether it was killed.</summary>
    public bool IsGone => _isGone;

    /// <summary>Draws a duration of this machine's own.</summary>
    public TimeSpan Draw(Distribution distribution) => _draws.Of(distribution);

    /// <summary>One way over the network to where a grain is.</summary>
    public async Task TravelAsync(GrainId grain)
    {
        ThrowIfGone();
        // A single control silo hosts whatever its own grains call.
        var isNear = Role == SiloRole.Control ? World.Options.Control == 1 : grain.Type.ToString()!.Contains("gpuworker", StringComparison.Ordinal);
        if (!isNear) await World.Time.WaitAsync(Draw(World.Options.Network));
        ThrowIfGone();
    }

    /// <summary>Nothing comes from it any more.</summary>
    public void Kill()
    {
        _isGone = true;
        foreach (var device in Devices) device.Kill();
    }

    /// <summary>Throws what a dead machine's own code would never live to see.</summary>
    public void ThrowIfGone()
    {
        if (_isGone) throw new MachineGoneException();
    }

    private double Slowness()
    {
        var options = World.Options;
        return _draws.Share() < options.SlowShare ? 1 + ((options.SlowFactor - 1) * _draws.Share()) : 1;
    }

    // Not System.HashCode, which differs from process to process.
    private static int HashCode(int seed, int number) => unchecked((seed * 1_000_003) ^ (number * 7_919));
}

using ResPrune.FleetSimulator.Drawing;

namespace ResPrune.FleetSimulator.Running;

/// <summary>What is simulated.</summary>
internal sealed record SimulationOptions
{
    /// <summary>Control silos; they are not lost.</summary>
    public int Control { get; init; } = 1;

    /// <summary>Worker silos.</summary>
    public int Silos { get; init; } = 8;

    /// <summary>Devices of each worker silo.</summary>
    public int Devices { get; init; } = 8;

    /// <summary>Rows of the batch.</summary>
    public long Rows { get; init; } = 100_000;

    /// <summary>Rows of a shard.</summary>
    public int RowsPerShard { get; init; } = 64;

    /// <summary>Rows of a micro-batch.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Time of a micro-batch, full or not, on a device that is not slow.</summary>
    public Distribution BatchTime { get; init; } = Distribution.Parse("50ms");

    /// <summary>Share of the devices that are slow.</summary>
    public double SlowShare { get; init; }

    /// <summary>The slowest device takes so many times as long; slow ones lie evenly between 1 and this.</summary>
    public double SlowFactor { get; init; } = 2;

    /// <summary>Share of the worker silos that are lost in an hour.</summary>
    public double LostPerHour { get; init; }

    /// <summary>Time from a silo's loss to that the cluster knows it.</summary>
    public Distribution Detection { get; init; } = Distribution.Parse("3s..5s");

    /// <summary>Time from a silo's loss to that another one has started in its place, under a new name.</summary>
    public Distribution Replacement { get; init; } = Distribution.Parse("2min..5min");

    /// <summary>Time of the store for a reading request, that of its bytes not counted.</summary>
    public Distribution Reading { get; init; } = Distribution.Parse("8ms~0.6");

    /// <summary>Time of the store for a writing request, that of its bytes not counted.</summary>
    public Distribution Writing { get; init; } = Distribution.Parse("15ms~0.6");

    /// <summary>Bytes of one request.</summary>
    public double MegabytesPerSecond { get; init; } = 60;

    /// <summary>One way of a call between silos.</summary>
    public Distribution Network { get; init; } = Distribution.Parse("0.5ms~0.5");

    /// <summary>What a call costs the grain that is called.</summary>
    public TimeSpan Turn { get; init; } = TimeSpan.FromMicroseconds(60);

    /// <summary>What durations are rounded up to.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMicroseconds(100);

    /// <summary>Seed of all draws.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Least utilisation that is no failure.</summary>
    public double LeastUtilisation { get; init; }

    /// <summary>Devices of all silos.</summary>
    public int AllDevices => Silos * Devices;

    /// <summary>Rows a second that all devices answer when every micro-batch is full, none is lost, and the slow ones are counted as they are.</summary>
    /// <param name="slownesses">How many times as long each device takes.</param>
    public double RowsPerSecond(IEnumerable<double> slownesses) =>
        slownesses.Sum(slowness => Batch / (BatchTime.Mean.TotalSeconds * slowness));
}

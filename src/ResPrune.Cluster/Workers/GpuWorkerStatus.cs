namespace ResPrune.Cluster.Workers;

/// <summary>A GPU worker in numbers.</summary>
[GenerateSerializer]
[Immutable]
[Alias("resprune.GpuWorkerStatus")]
public sealed record GpuWorkerStatus
{
    /// <summary>Key of the worker.</summary>
    [Id(0)]
    public required string Worker { get; init; }

    /// <summary>Name of the silo it runs on.</summary>
    [Id(1)]
    public required string Silo { get; init; }

    /// <summary>What it is doing.</summary>
    [Id(2)]
    public required GpuWorkerState State { get; init; }

    /// <summary>Shards it holds.</summary>
    [Id(3)]
    public int Shards { get; init; }

    /// <summary>Rows whose image is being fetched or is with the engine.</summary>
    [Id(4)]
    public int RowsInFlight { get; init; }

    /// <summary>Rows it has given an outcome since it started.</summary>
    [Id(5)]
    public long RowsDone { get; init; }

    /// <summary>Time the device has worked since its engine started, in seconds.</summary>
    [Id(6)]
    public double DeviceBusySeconds { get; init; }

    /// <summary>Time the device has waited for input since its engine started, in seconds.</summary>
    [Id(7)]
    public double DeviceStarvedSeconds { get; init; }

    /// <summary>Why it failed; null when it did not.</summary>
    [Id(8)]
    public string? Problem { get; init; }
}

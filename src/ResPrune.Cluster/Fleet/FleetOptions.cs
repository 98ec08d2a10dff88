namespace ResPrune.Cluster.Fleet;

/// <summary>Settings of the fleet grain.</summary>
public sealed class FleetOptions
{
    /// <summary>
    /// Whether the fleet grain looks for unfinished batches in the store when it starts and whenever a reminder wakes it, so that a fleet that
    /// lost all its silos goes on by itself. Default true. The embedded host sets false: it works on the batches it is given.
    /// </summary>
    public bool ResumeUnfinished { get; set; } = true;

    /// <summary>
    /// Whether a reminder wakes the fleet grain every minute, so that unfinished batches are found (and expire) also when no worker is left
    /// to ask for work. Needs a reminder service on every silo. Default false.
    /// </summary>
    public bool Reminders { get; set; }

    /// <summary>
    /// How long a worker is remembered that asks for nothing; only remembered ones are woken when a batch comes. Idle workers ask every
    /// <see cref="Workers.GpuWorkerOptions.IdlePollInterval"/>. Default 30 s.
    /// </summary>
    public TimeSpan WorkerMemory { get; set; } = TimeSpan.FromSeconds(30);
}

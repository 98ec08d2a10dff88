namespace ResPrune.Chaos.Faults;

/// <summary>What can happen to a fleet.</summary>
internal enum FaultKind
{
    /// <summary>SIGKILL of a worker's silo; another comes in its place.</summary>
    KillWorker,

    /// <summary>SIGKILL of a control silo; another comes in its place.</summary>
    KillControl,

    /// <summary>SIGKILL of the control silo that the batch's coordinator is on.</summary>
    KillCoordinator,

    /// <summary>SIGSTOP of a worker's silo for longer than it takes to be declared dead, then SIGCONT: it wakes up holding leases.</summary>
    StopWorker,

    /// <summary>The same with the coordinator's silo, which wakes up believing that it coordinates.</summary>
    StopCoordinator,

    /// <summary>SIGTERM of two or three silos at once; they must hand back, leave and exit 0.</summary>
    DrainSeveral,

    /// <summary>The device of a worker throws at every request, and at its check; its process must end by itself, another comes in its place.</summary>
    DeviceThrows,

    /// <summary>The same after some more answers, and as a driver says it whose device is lost.</summary>
    DeviceDies,

    /// <summary>The device of a worker answers wrongly from some answer on, and its check comes out wrong.</summary>
    DeviceWrong,

    /// <summary>A batch is submitted whose images are in a place that is not allowed, or that is not there; it must end as failed, with the reason.</summary>
    BrokenBatch,

    /// <summary>A worker of another model joins, and a batch that names it is submitted.</summary>
    OtherModel,

    /// <summary>Redis is stopped and started again with what it had.</summary>
    RedisAway,

    /// <summary>The disk of the folder store is full for a while.</summary>
    DiskFull,

    /// <summary>The container's service is stopped and started again.</summary>
    StoreAway,

    /// <summary>Writes to the container are carried out, but their replies are lost.</summary>
    RepliesLost,

    /// <summary>The container's service answers 503 and 429.</summary>
    StoreBusy,

    /// <summary>Some requests to the container get no answer until the client gives up.</summary>
    StoreSilent,

    /// <summary>Commit records are on their way for so long that others may have come meanwhile; then they arrive.</summary>
    CommitsLate,
}

namespace ResPrune.Chaos.Fleet;

/// <summary>What was done to a silo, which says how it may end.</summary>
internal enum SiloFate
{
    /// <summary>Nothing: it must not end.</summary>
    Runs,

    /// <summary>SIGTERM: it must exit 0 in its grace period.</summary>
    Drained,

    /// <summary>SIGKILL.</summary>
    Killed,

    /// <summary>SIGSTOP and SIGCONT: it goes on, or it is told that it was declared dead and exits 4.</summary>
    Woken,

    /// <summary>Its device is broken: it must notice, hand back what it has, and exit 5, or 4 where it was taken for dead before.</summary>
    DeviceBroken,
}

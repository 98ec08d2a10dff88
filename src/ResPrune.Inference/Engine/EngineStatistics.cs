namespace ResPrune.Inference.Engine;

/// <summary>Totals of an engine since it started.</summary>
/// <param name="Requests">Requests that have an outcome.</param>
/// <param name="BusySeconds">Time the device thread spent working.</param>
/// <param name="StarvedSeconds">Time the device thread waited for a preprocessed request while the engine was in use.</param>
/// <param name="QueuedRequests">Requests accepted and not yet in a micro-batch.</param>
/// <param name="RunningRequests">Requests in the micro-batch that runs now.</param>
public readonly record struct EngineStatistics(
    long Requests,
    double BusySeconds,
    double StarvedSeconds,
    int QueuedRequests,
    int RunningRequests)
{
    /// <summary>
    /// Time since the micro-batch that runs now last ended a stage or made a token, in seconds; 0 when none runs. A device that hangs shows
    /// in nothing else.
    /// </summary>
    public double StalledSeconds { get; init; }
}

namespace ResPrune.Chaos.Scenarios;

/// <summary>How a scenario went.</summary>
/// <param name="Elapsed">From the submission to the last check.</param>
/// <param name="Missed">Faults that struck nobody: the batch had ended, or there was no victim.</param>
/// <param name="Complaints">What was not as it must be.</param>
internal sealed record ScenarioOutcome(TimeSpan Elapsed, IReadOnlyList<Faults.Fault> Missed, IReadOnlyList<string> Complaints);

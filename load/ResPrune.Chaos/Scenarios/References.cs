namespace ResPrune.Chaos.Scenarios;

/// <summary>What undisturbed runs of both models answer.</summary>
/// <param name="Bundled">The model that the fleet has.</param>
/// <param name="Other">The model that comes with <see cref="Faults.FaultKind.OtherModel"/>; null where no scenario has that.</param>
internal sealed record References(Reference Bundled, Reference? Other);

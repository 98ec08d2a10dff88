namespace ResPrune.FleetCost.Silos;

/// <summary>Memory of a process, in bytes.</summary>
/// <param name="Retained">Managed memory after a full collection.</param>
/// <param name="PeakHeap">Largest managed heap that a collection left since the last sample.</param>
/// <param name="Resident">Resident memory now.</param>
/// <param name="PeakResident">Most resident memory since the process began.</param>
internal sealed record MemorySample(long Retained, long PeakHeap, long Resident, long PeakResident);

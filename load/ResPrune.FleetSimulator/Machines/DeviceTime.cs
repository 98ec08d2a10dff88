namespace ResPrune.FleetSimulator.Machines;

/// <summary>What a device has done.</summary>
/// <param name="From">When it came.</param>
/// <param name="Until">Now, or when it went.</param>
/// <param name="Busy">Time it worked.</param>
/// <param name="Rows">Rows it answered.</param>
/// <param name="Batches">Micro-batches it began.</param>
internal readonly record struct DeviceTime(TimeSpan From, TimeSpan Until, TimeSpan Busy, long Rows, long Batches);

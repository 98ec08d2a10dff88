namespace ResPrune.FleetCost.Silos;

/// <summary>What a device has done.</summary>
/// <param name="First">When its first micro-batch began, on the machine's own clock, in seconds.</param>
/// <param name="Last">When its last one ended.</param>
/// <param name="Busy">Seconds it worked.</param>
/// <param name="Starved">Seconds it waited between two micro-batches.</param>
/// <param name="Rows">Rows it answered.</param>
/// <param name="Batches">Micro-batches.</param>
internal sealed record DeviceTime(double First, double Last, double Busy, double Starved, long Rows, long Batches);

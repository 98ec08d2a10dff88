namespace ResPrune.FleetSimulator.Machines;

/// <summary>Ends the code of a machine that was killed.</summary>
internal sealed class MachineGoneException() : IOException("This machine was killed.");

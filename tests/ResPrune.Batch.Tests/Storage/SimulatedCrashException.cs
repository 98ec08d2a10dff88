namespace ResPrune.Batch.Tests.Storage;

internal sealed class SimulatedCrashException(string message) : IOException(message);

namespace ResPrune.Batch.Passes;

/// <summary>What is stored was written by another version of this program, which this one cannot go on with.</summary>
/// <param name="version">Which, in words.</param>
/// <param name="inner">What was found; null (default) when it is no exception.</param>
public sealed class PassFormatException(string version, Exception? inner = null)
    : Exception($"it was written by {version} of resprune", inner);

namespace ResPrune.Batch.Batches;

/// <summary>A problem of the batch as a whole.</summary>
/// <param name="Code">A short snake_case word.</param>
/// <param name="Message">One sentence for a person.</param>
/// <param name="Line">Input line it is about, from 1; null for the whole file.</param>
/// <param name="Param">Setting of the batch that it is about; null for none.</param>
public sealed record BatchError(string Code, string Message, long? Line = null, string? Param = null);

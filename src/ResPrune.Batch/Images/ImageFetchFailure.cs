using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Images;

/// <summary>An image reference that cannot be used; a row's failure, never the batch's.</summary>
/// <param name="Code">The closed reason.</param>
/// <param name="Message">One sentence for a person.</param>
public sealed record ImageFetchFailure(RowErrorCode Code, string Message) : ImageFetchOutcome;

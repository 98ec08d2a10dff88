using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Manifests;

/// <summary>Why a line cannot be asked at all.</summary>
/// <param name="Code">The closed reason.</param>
/// <param name="Message">One sentence for a person.</param>
public sealed record RowFault(RowErrorCode Code, string Message)
{
    /// <summary>What is said of a line whose id an earlier line has.</summary>
    internal static RowFault Repeated(string id) => new(RowErrorCode.DuplicateId, $"An earlier line has the id '{id}' too; that one is answered.");
}

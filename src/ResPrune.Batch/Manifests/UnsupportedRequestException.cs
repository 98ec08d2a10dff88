using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Manifests;

/// <summary>Ends the reading of one OpenAI line; caught where the line is made into a row and never seen outside.</summary>
internal sealed class UnsupportedRequestException(RowErrorCode code, string message) : Exception(message)
{
    public RowErrorCode Code { get; } = code;
}

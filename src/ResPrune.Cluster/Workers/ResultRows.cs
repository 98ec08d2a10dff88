using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Workers;

/// <summary>
/// Turns what the engine said about a line into the row to store; the ids and digests in it are the engine's echo, for the ledger to check.
/// </summary>
internal static class ResultRows
{
    /// <summary>The row of an outcome.</summary>
    public static ResultRow From(BatchId batch, BatchRequestLine line, GenerationOutcome outcome) => outcome switch
    {
        GenerationResult result => From(line, result),
        GenerationFailure failure => ErrorRow.For(batch, line, CodeOf(failure.Reason), failure.Message, EchoOf(failure)) with
        {
            RequestId = failure.RequestId,
        },
        _ => throw new ArgumentException($"Unknown outcome type {outcome.GetType().Name}.", nameof(outcome)),
    };

    private static AnswerRow From(BatchRequestLine line, GenerationResult result) => new()
    {
        Line = line.LineNumber,
        CustomId = line.CustomId,
        Image = line.ImageLabel,
        Question = line.Question,
        Carried = line.Carried,
        RequestId = result.RequestId,
        ImageDigest = result.ImageDigest,
        Answer = result.Text,
        FinishReason = result.FinishReason switch
        {
            FinishReason.Stop => "stop",
            FinishReason.Length => "length",
            _ => throw new ArgumentException($"Unknown finish reason {result.FinishReason}.", nameof(result)),
        },
        VisualTokens = new VisualTokenCount(result.Usage.VisualTokensTotal, result.Usage.VisualTokensKept, result.Usage.NewlineTokens),
        PromptTokens = result.Usage.PromptTokens,
        CompletionTokens = result.Usage.CompletionTokens,
        Work = new RowWork(
            result.Work.PreprocessSeconds,
            result.Work.EncodeSeconds,
            result.Work.PruneSeconds,
            result.Work.PrefillSeconds,
            result.Work.DecodeSeconds,
            result.Work.PrefillFlops,
            result.Work.PrefillFlopsUnpruned,
            result.Work.KvBytes,
            result.Work.KvBytesUnpruned),
    };

    /// <summary>An engine that failed before it looked at the image has no digest to echo.</summary>
    private static string? EchoOf(GenerationFailure failure) => failure.ImageDigest.Length == 0 ? null : failure.ImageDigest;

    private static RowErrorCode CodeOf(FailureReason reason) => reason switch
    {
        FailureReason.ImageUndecodable => RowErrorCode.ImageUndecodable,
        FailureReason.ImageUnsupported => RowErrorCode.ImageUnsupported,
        FailureReason.ImageTooLarge => RowErrorCode.ImageTooLarge,
        FailureReason.QuestionEmpty => RowErrorCode.QuestionEmpty,
        FailureReason.PromptTooLong => RowErrorCode.PromptTooLong,
        FailureReason.UnsupportedRequest => RowErrorCode.UnsupportedRequest,
        FailureReason.EngineError => RowErrorCode.EngineError,
        FailureReason.OutOfMemory => RowErrorCode.OutOfMemory,
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "Unknown failure reason."),
    };
}

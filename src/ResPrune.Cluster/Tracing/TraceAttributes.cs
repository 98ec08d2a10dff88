namespace ResPrune.Cluster.Tracing;

/// <summary>
/// Names of what spans say: OpenTelemetry's where it has one, else under <c>resprune</c>. Never a question, an answer, the name of a picture,
/// or the message of an exception, which may hold any of them.
/// </summary>
public static class TraceAttributes
{
    /// <summary>Id of the batch.</summary>
    public const string Batch = "resprune.batch.id";

    /// <summary>Its status, in the OpenAI Batch API's words.</summary>
    public const string BatchStatus = "resprune.batch.status";

    /// <summary>Rows of the batch or of the shard.</summary>
    public const string Rows = "resprune.rows";

    /// <summary>Rows with an answer.</summary>
    public const string RowsAnswered = "resprune.rows.answered";

    /// <summary>Rows without one.</summary>
    public const string RowsFailed = "resprune.rows.failed";

    /// <summary>Shards of the batch.</summary>
    public const string Shards = "resprune.shards";

    /// <summary>Those with a commit record.</summary>
    public const string ShardsCommitted = "resprune.shards.committed";

    /// <summary>Ordinal of the shard.</summary>
    public const string Shard = "resprune.shard.ordinal";

    /// <summary>Number of its first line: which rows are in it.</summary>
    public const string FirstLine = "resprune.shard.first_line";

    /// <summary>Name of the attempt.</summary>
    public const string Attempt = "resprune.attempt.id";

    /// <summary>Which try it is, from 1.</summary>
    public const string Try = "resprune.attempt.try";

    /// <summary>How it ended: the label <c>result</c> of <c>resprune_shard_attempts_total</c>.</summary>
    public const string Result = "resprune.attempt.result";

    /// <summary>Key of the worker.</summary>
    public const string Worker = "resprune.worker";

    /// <summary>Id of the request that a row is.</summary>
    public const string Request = "resprune.request.id";

    /// <summary>Visual tokens before pruning.</summary>
    public const string VisualTokensTotal = "resprune.visual_tokens.total";

    /// <summary>Visual tokens after it.</summary>
    public const string VisualTokensKept = "resprune.visual_tokens.kept";

    /// <summary>Prefix of the seconds spent in a stage, summed over the rows.</summary>
    public const string StageSeconds = "resprune.stage.seconds.";

    /// <summary>Reason code of a row, or type of an exception.</summary>
    public const string Error = "error.type";

    /// <summary>The model.</summary>
    public const string Model = "gen_ai.request.model";

    /// <summary>Prompt tokens prefilled.</summary>
    public const string InputTokens = "gen_ai.usage.input_tokens";

    /// <summary>Tokens generated.</summary>
    public const string OutputTokens = "gen_ai.usage.output_tokens";
}

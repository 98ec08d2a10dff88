using System.Text.Json.Serialization;
using ResPrune.Batch.Json;

namespace ResPrune.Batch.Batches;

/// <summary>Where a batch is in its life; the OpenAI Batch API's words (in JSON in snake_case).</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<BatchStatus>))]
public enum BatchStatus
{
    /// <summary>The input is stored; shards are being planned.</summary>
    Validating,

    /// <summary>The input file as a whole is unusable; nothing ran.</summary>
    Failed,

    /// <summary>Shards are being worked on.</summary>
    InProgress,

    /// <summary>Every shard is committed; the result files are being written.</summary>
    Finalizing,

    /// <summary>The result files are complete, also when every row failed.</summary>
    Completed,

    /// <summary>The window ran out; what was done is in the output, the rest in the errors.</summary>
    Expired,

    /// <summary>Cancel was asked for; running shards end, the rest is closed.</summary>
    Cancelling,

    /// <summary>Cancelled; what was done is in the output, the rest in the errors.</summary>
    Cancelled,
}

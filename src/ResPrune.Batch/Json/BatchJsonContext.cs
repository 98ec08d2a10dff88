using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;

namespace ResPrune.Batch.Json;

/// <summary>The stored forms: snake_case, source-generated. Use <see cref="Stored"/> for lines and <see cref="Readable"/> for files people open.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(BatchRecord))]
[JsonSerializable(typeof(BatchManifest))]
[JsonSerializable(typeof(ShardCommit))]
[JsonSerializable(typeof(ShardSpec))]
[JsonSerializable(typeof(ResultRow))]
internal sealed partial class BatchJsonContext : JsonSerializerContext
{
    /// <summary>One line, text in any script as it is.</summary>
    public static BatchJsonContext Stored => Forms.Stored;

    /// <summary>Indented.</summary>
    public static BatchJsonContext Readable => Forms.Readable;

    // A type of its own: the generated Default is a static of the other part of this class, and the order of the two parts is not defined.
    private static class Forms
    {
        public static readonly BatchJsonContext Stored = new(Settings(indented: false));
        public static readonly BatchJsonContext Readable = new(Settings(indented: true));

        // The attribute cannot name an encoder; the files are no HTML, so quotes and letters of any script need no escape.
        private static JsonSerializerOptions Settings(bool indented) => new(Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            WriteIndented = indented,
        };
    }
}

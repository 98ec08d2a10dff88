using System.Text.Encodings.Web;
using System.Text.Json;

namespace ResPrune.Batch.Json;

/// <summary>How JSON lines are written.</summary>
internal static class JsonLineOptions
{
    /// <summary>One line, text in any script as it is; the shape is guaranteed by the callers.</summary>
    public static JsonWriterOptions Writer { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };
}

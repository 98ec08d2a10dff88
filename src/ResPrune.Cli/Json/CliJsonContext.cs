using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ResPrune.Cli.Benchmarking;
using ResPrune.Cli.Evaluation;
using ResPrune.Cli.Fleet;
using ResPrune.Cli.Inspecting;
using ResPrune.Cli.Running;
using ResPrune.Inference.Inspection;

namespace ResPrune.Cli.Json;

/// <summary>What <c>--json</c> prints: snake_case, indented, text in any script as it is.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(EvaluationReport))]
[JsonSerializable(typeof(BenchmarkReport))]
[JsonSerializable(typeof(BatchReport))]
[JsonSerializable(typeof(List<BatchReport>))]
[JsonSerializable(typeof(ModelReport))]
[JsonSerializable(typeof(CheckReport))]
internal sealed partial class CliJsonContext : JsonSerializerContext
{
    /// <summary>The context to use.</summary>
    public static CliJsonContext Printed => Form.Printed;

    // A type of its own: the generated Default is a static of the other part of this class, and the order of the two parts is not defined.
    private static class Form
    {
        // The attribute cannot name an encoder; no output here is HTML.
        public static readonly CliJsonContext Printed =
            new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}

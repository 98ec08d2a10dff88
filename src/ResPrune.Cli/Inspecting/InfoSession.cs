using System.Text.Json;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Json;
using ResPrune.Cli.Rendering;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Inspection;

namespace ResPrune.Cli.Inspecting;

/// <summary><c>resprune model info</c> from beginning to end.</summary>
internal static class InfoSession
{
    /// <summary>Runs it.</summary>
    /// <exception cref="ModelLoadException">The folder cannot be served, and not only because weights do not fit.</exception>
    public static int Run(EngineOptions options, IReadOnlyList<string> keep, bool json, TextWriter output, TextWriter error)
    {
        var report = ModelInspector.Inspect(options, keep);
        if (json) output.WriteLine(JsonSerializer.Serialize(report, CliJsonContext.Printed.ModelReport));
        else Consoles.Plain(output).Write(ModelTable.Of(report));
        if (report.Problems.Count == 0) return ExitCode.Success;
        error.WriteLine(TerminalText.Clean($"resprune: {report.Directory}: the weights do not fit config.json, so this model cannot be loaded:"));
        foreach (var problem in report.Problems) error.WriteLine(TerminalText.Clean($"  {problem}"));
        return ExitCode.Usage;
    }
}

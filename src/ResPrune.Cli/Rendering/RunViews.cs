using System.Text.Json;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Json;

namespace ResPrune.Cli.Rendering;

/// <summary>Chooses how a run looks.</summary>
internal static class RunViews
{
    /// <summary>The view for whoever reads <paramref name="output"/>.</summary>
    public static IRunView For(RunSettings settings, Func<double> imagesPerRow, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Json) return new QuietRunView(output, summary => JsonSerializer.Serialize(summary, CliJsonContext.Printed.RunSummary));
        if (settings.Quiet) return new QuietRunView(output, RunTable.Line);
        var console = Consoles.ForRun(output, isTerminal: !Console.IsOutputRedirected);
        return Console.IsOutputRedirected
            ? new PlainRunView(output, console, imagesPerRow, TimeProvider.System)
            : new LiveRunView(console, imagesPerRow);
    }
}

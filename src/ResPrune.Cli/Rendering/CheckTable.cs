using System.Globalization;
using ResPrune.Cli.Inspecting;
using Spectre.Console;

namespace ResPrune.Cli.Rendering;

/// <summary>How a model loads and answers here.</summary>
internal static class CheckTable
{
    /// <summary>Lays a report out.</summary>
    public static Table Of(CheckReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var table = new Table().Border(TableBorder.None).HideHeaders();
        table.AddColumn(new TableColumn("").NoWrap()).AddColumn(new TableColumn(""));
        foreach (var (name, value) in Facts(report)) table.AddRow(new Text(name), new Text(TerminalText.Clean(value)));
        return table;
    }

    private static IEnumerable<(string Name, string Value)> Facts(CheckReport report)
    {
        yield return ("model", $"{report.Model}: {report.ModelType}, {Quantity.Count(report.Parameters)} weights, {report.DType} on {report.Device}");
        var ratio = report.LoadToRead.ToString("0.00", CultureInfo.InvariantCulture);
        yield return (
            "loading",
            $"{Quantity.Seconds(report.LoadSeconds)}; reading the same {Quantity.Bytes(report.FileBytes)} alone {Quantity.Seconds(report.ReadSeconds)}: ratio {ratio}");
        var within = report.PeakMemoryLoading <= report.PeakMemoryBound ? "within" : "ABOVE";
        yield return (
            "peak memory",
            $"{Quantity.Bytes(report.PeakMemoryLoading)} loading, {within} the bound of {Quantity.Bytes(report.PeakMemoryBound)} "
                + $"(weights as held {Quantity.Bytes(report.WeightBytes)}, and 1 GiB); {Quantity.Bytes(report.PeakMemory)} in the end");
        foreach (var answer in report.Answers) yield return ($"keep {answer.Keep}", Of(answer));
        foreach (var notice in report.Notices) yield return ("notice", notice);
    }

    private static string Of(CheckAnswer answer)
    {
        var tokens = answer.VisualTokens;
        var newlines = tokens.Newlines > 0 ? $" (newlines {Quantity.Count(tokens.Newlines)})" : "";
        return $"{Quantity.Count(tokens.Kept)} of {Quantity.Count(tokens.Total)} visual tokens{newlines}, encoded in {Quantity.Seconds(answer.EncodeSeconds)}, "
            + $"selected in {Quantity.Seconds(answer.PruneSeconds)}, prefilled in {Quantity.Seconds(answer.PrefillSeconds)}, "
            + $"then {Quantity.Rate(answer.TokensPerSecond)} tokens/s";
    }
}

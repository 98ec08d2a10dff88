using System.Globalization;
using ResPrune.Cli.Benchmarking;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ResPrune.Cli.Rendering;

/// <summary>A measurement as a table. The ratio is what to read: everything else depends on the machine.</summary>
internal static class BenchmarkTable
{
    private static readonly string[] Names =
        ["batch", "keep", "tokens", "images/s", "against all", "encode ms", "select ms", "prefill ms", "decode ms", "preprocess ms"];

    /// <summary>Lays a report out.</summary>
    public static IRenderable Of(BenchmarkReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in Names) table.AddColumn(new TableColumn(new Text(name)).RightAligned().NoWrap());
        foreach (var row in report.Rows) table.AddRow(Cells(row).Select(cell => new Text(cell)));
        var machine = $"{report.DType} on {report.Device}, {report.Cores} cores";
        var head = $"{TerminalText.Clean(report.Model)}: {Quantity.Count(report.Parameters)} weights, {machine}";
        var note = $"{report.Images} pictures, {report.MaxTokens} tokens each, median of {report.Repetitions} interleaved repetitions; "
            + "milliseconds are per picture";
        return new Rows(new Text(head), new Text(note), table);
    }

    private static string[] Cells(BenchmarkRow row) =>
    [
        row.BatchSize.ToString(CultureInfo.InvariantCulture),
        row.Keep,
        $"{Number(row.TokensKept, "0")}/{Number(row.TokensTotal, "0")}",
        Number(row.ImagesPerSecond, "0.00"),
        row.SpeedUp is { } ratio ? Number(ratio, "0.00×") : "",
        Number(row.EncodeMilliseconds, "0.0"),
        Number(row.PruneMilliseconds, "0.00"),
        Number(row.PrefillMilliseconds, "0.0"),
        Number(row.DecodeMilliseconds, "0.0"),
        Number(row.PreprocessMilliseconds, "0.0"),
    ];

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

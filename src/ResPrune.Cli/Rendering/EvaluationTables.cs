using System.Globalization;
using ResPrune.Cli.Evaluation;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ResPrune.Cli.Rendering;

/// <summary>An evaluation as tables.</summary>
internal static class EvaluationTables
{
    /// <summary>Accuracy, accuracy by kind, and the comparison with the control.</summary>
    public static IRenderable Of(EvaluationReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var asked = $"{Quantity.Count(report.Questions)} questions about {Quantity.Count(report.Pictures)} pictures never trained on";
        List<IRenderable> parts =
        [
            new Text($"{TerminalText.Clean(report.Model)}, {report.DType}: {asked}; exact match, 95 % intervals"),
            Scores(report),
            Kinds(report),
        ];
        if (report.Differences.Count > 0) parts.Add(Differences(report));
        return new Rows(parts);
    }

    private static Table Scores(EvaluationReport report)
    {
        var table = Columns("keep", "pruner", "tokens", "accuracy", "95 % interval", "of full");
        foreach (var score in report.Scores)
        {
            table.AddRow(
                new Text(score.Keep),
                new Text(score.Pruner),
                new Text($"{score.TokensKept:0}/{report.VisualTokens:0}"),
                new Text(Quantity.Accuracy(score.Accuracy.Value)),
                new Text(Ends(score.Accuracy, Quantity.Accuracy)),
                new Text(score.ShareOfFull is { } share ? Quantity.Percent(share) : ""));
        }

        return table;
    }

    private static Table Kinds(EvaluationReport report)
    {
        var kinds = report.Scores[0].Kinds;
        var table = Columns(["keep", "pruner", .. kinds.Select(kind => $"{kind.Kind} ({kind.Questions})")]);
        foreach (var score in report.Scores)
            table.AddRow([new Text(score.Keep), new Text(score.Pruner), .. score.Kinds.Select(WithEnds)]);
        return table;
    }

    private static Table Differences(EvaluationReport report)
    {
        var table = Columns("keep", "resprune - random", "95 % interval (paired, over pictures)");
        foreach (var difference in report.Differences)
        {
            var gain = difference.ResPruneMinusRandom;
            table.AddRow(new Text(difference.Keep), new Text(Quantity.Difference(gain.Value)), new Text(Ends(gain, Quantity.Difference)));
        }

        return table;
    }

    private static Text WithEnds(KindAccuracy kind) => new($"{Quantity.Accuracy(kind.Accuracy.Value)} ({Ends(kind.Accuracy, TwoPlaces)})");

    private static string TwoPlaces(double share) => share.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Ends(Interval interval, Func<double, string> format) => $"{format(interval.Low)} to {format(interval.High)}";

    private static Table Columns(params string[] names)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in names) table.AddColumn(new TableColumn(new Text(name)).NoWrap());
        return table;
    }
}

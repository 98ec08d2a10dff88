using ResPrune.Cli.Running;
using Spectre.Console;

namespace ResPrune.Cli.Rendering;

/// <summary>The table at the end of a run.</summary>
internal static class RunTable
{
    /// <summary>Lays a finished run out.</summary>
    public static Table Of(RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        var table = new Table().Border(TableBorder.None).HideHeaders();
        table.AddColumn(new TableColumn("").NoWrap()).AddColumn(new TableColumn("")).AddEmptyRow();
        foreach (var (name, value) in Rows(summary)) table.AddRow(new Text(name), new Text(TerminalText.Clean(value)));
        return table;
    }

    /// <summary>The same in one line.</summary>
    public static string Line(RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        var failures = summary.Files.Errors is { } errors ? $"; failures in {errors}" : "";
        var asked = Asked(summary) is { Length: > 0 } text ? $"; asked now: {text}" : "";
        var gone = summary.Pass.Removed > 0 ? $"; {Quantity.Count(summary.Pass.Removed)} not in the input any more" : "";
        var skipped = summary.Files.Skipped is { } names ? $"; not read: {SkippedText.Of(summary.Skipped)}, in {names}" : "";
        return TerminalText.Clean($"{Outcomes(summary)}{asked}{gone}; answers in {summary.Files.Output}{failures}{skipped}");
    }

    private static IEnumerable<(string Name, string Value)> Rows(RunSummary summary)
    {
        var work = summary.Work;
        yield return ("model", $"{summary.Model}, keep {summary.Keep}, pruner {summary.Pruner}");
        yield return ("images", Quantity.Count(summary.Images));
        var before = summary.DoneBefore > 0 ? $" ({Quantity.Count(summary.DoneBefore)} done by earlier runs)" : "";
        yield return ("questions", $"{Quantity.Count(summary.Questions)}: {Outcomes(summary)}{before}");
        if (Asked(summary) is { Length: > 0 } asked) yield return ("asked now", asked);
        if (summary.Pass.Removed > 0)
            yield return ("gone", $"{Quantity.Count(summary.Pass.Removed)} not in the input any more, and so not in the answers");
        foreach (var (reason, count) in summary.Errors) yield return ($"  {reason}", Quantity.Count(count));
        if (summary.Skipped.Count > 0) yield return ("not read", SkippedText.Of(summary.Skipped));
        yield return ("speed", Speed(summary));
        foreach (var row in SavingsRows.Of(summary.VisualTokens, work)) yield return row;
        yield return ("time encoding", Quantity.Seconds(work.EncodeSeconds));
        yield return ("  selecting", Quantity.Seconds(work.PruneSeconds));
        yield return ("  prefilling", Quantity.Seconds(work.PrefillSeconds));
        yield return ("  decoding", Quantity.Seconds(work.DecodeSeconds));
        yield return ("  preprocessing", $"{Quantity.Seconds(work.PreprocessSeconds)}, beside the others");
        yield return ("peak memory", Quantity.Bytes(summary.PeakMemoryBytes));
        yield return ("answers", summary.Files.Output);
        if (summary.Files.Errors is { } errors) yield return ("failures", errors);
        if (summary.Files.Skipped is { } skipped) yield return ("  their names", skipped);
        yield return ("totals", summary.Files.Manifest);
    }

    // Of a first run there is nothing to say: every row is new.
    private static string Asked(RunSummary summary)
    {
        var pass = summary.Pass;
        if (pass.Asked == pass.New && pass.Kept + pass.KeptFailed == 0) return "";
        (string Name, long Rows)[] parts =
        [
            ("new", pass.New), ("changed", pass.Changed), ("that had failed", pass.Failed), ("once more", pass.Again),
        ];
        var asked = string.Join(", ", parts.Where(part => part.Rows > 0).Select(part => $"{Quantity.Count(part.Rows)} {part.Name}"));
        var kept = pass.KeptFailed == 0 ? "" : $" and {Quantity.Count(pass.KeptFailed)} failures";
        return $"{(asked.Length == 0 ? "nothing" : asked)}; {Quantity.Count(pass.Kept)} answers{kept} kept";
    }

    private static string Outcomes(RunSummary summary) =>
        $"{Quantity.Count(summary.Answered)} answered, {Quantity.Count(summary.Failed)} failed";

    private static string Speed(RunSummary summary)
    {
        if (summary is not { ImagesPerSecond: { } images, QuestionsPerSecond: { } questions }) return "nothing was left to do";
        var span = Quantity.Span(TimeSpan.FromSeconds(summary.Seconds));
        return $"{Quantity.Rate(images)} images/s, {Quantity.Rate(questions)} questions/s, {span} in all";
    }
}

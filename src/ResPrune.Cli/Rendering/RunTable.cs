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
        var table = new Table().Border(TableBorder.None).HideHeaders().AddColumn(new TableColumn("").NoWrap()).AddColumn(new TableColumn(""));
        void Row(string name, string value) => table.AddRow(new Text(name), new Text(TerminalText.Clean(value)));

        table.AddEmptyRow();
        Row("model", $"{summary.Model}, keep {summary.Keep}, pruner {summary.Pruner}");
        Row("images", Quantity.Count(summary.Images));
        Row("questions", Questions(summary));
        foreach (var (reason, count) in summary.Errors) Row($"  {reason}", Quantity.Count(count));
        Row("speed", Speed(summary));
        var work = summary.Work;
        Row("visual tokens", Reduction(Quantity.Count(summary.VisualTokens.Total), Quantity.Count(summary.VisualTokens.Kept), summary.VisualTokens.Total, summary.VisualTokens.Kept));
        Row("prefill FLOPs saved", Saved(Quantity.Flops(summary.PrefillFlopsSaved), Quantity.Flops(work.PrefillFlopsUnpruned), summary.PrefillFlopsSaved, work.PrefillFlopsUnpruned));
        Row("KV cache saved", Saved(Quantity.Bytes(summary.KvBytesSaved), Quantity.Bytes(work.KvBytesUnpruned), summary.KvBytesSaved, work.KvBytesUnpruned));
        Row("time in stages", $"encode {Quantity.Seconds(work.EncodeSeconds)}, prefill {Quantity.Seconds(work.PrefillSeconds)}, decode {Quantity.Seconds(work.DecodeSeconds)}");
        Row("  selector", Quantity.Seconds(work.PruneSeconds));
        Row("  preprocessing", $"{Quantity.Seconds(work.PreprocessSeconds)}, on other threads");
        Row("answers", summary.Files.Output);
        if (summary.Files.Errors is { } errors) Row("failures", errors);
        Row("totals", summary.Files.Manifest);
        return table;
    }

    /// <summary>The same in one line.</summary>
    public static string Line(RunSummary summary)
    {
        var failures = summary.Files.Errors is { } errors ? $"; failures in {errors}" : "";
        return TerminalText.Clean($"{Quantity.Count(summary.Answered)} answered, {Quantity.Count(summary.Failed)} failed; answers in {summary.Files.Output}{failures}");
    }

    private static string Questions(RunSummary summary)
    {
        var before = summary.DoneBefore > 0 ? $" ({Quantity.Count(summary.DoneBefore)} done by earlier runs)" : "";
        return $"{Quantity.Count(summary.Questions)}: {Quantity.Count(summary.Answered)} answered, {Quantity.Count(summary.Failed)} failed{before}";
    }

    private static string Speed(RunSummary summary) => summary.QuestionsPerSecond is { } questions && summary.ImagesPerSecond is { } images
        ? $"{Quantity.Rate(images)} images/s, {Quantity.Rate(questions)} questions/s, {Quantity.Span(TimeSpan.FromSeconds(summary.Seconds))} in all"
        : "nothing was left to do";

    private static string Reduction(string from, string to, double total, double kept) =>
        total > 0 ? $"{from} -> {to} ({Quantity.Percent(kept / total)} kept)" : "none";

    private static string Saved(string saved, string of, double part, double whole) =>
        whole > 0 ? $"{saved} of {of} ({Quantity.Percent(part / whole)})" : "none";
}

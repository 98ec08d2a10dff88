using ResPrune.Batch.Rows;

namespace ResPrune.Cli.Rendering;

/// <summary>What pruning saved, in words; the same wherever a finished batch is told about.</summary>
internal static class SavingsRows
{
    /// <summary>Names and values.</summary>
    public static IEnumerable<(string Name, string Value)> Of(VisualTokenCount tokens, RowWork work)
    {
        var share = tokens.Total == 0 ? "" : $" ({Quantity.Percent((double)tokens.Kept / tokens.Total)} kept)";
        yield return ("visual tokens", $"{Quantity.Count(tokens.Total)} -> {Quantity.Count(tokens.Kept)}{share}");
        if (tokens.Newlines > 0) yield return ("  of them newlines", $"{Quantity.Count(tokens.Newlines)}, always kept");
        yield return ("prefill FLOPs saved", Saved(work.PrefillFlopsUnpruned - work.PrefillFlops, work.PrefillFlopsUnpruned, Quantity.Flops));
        yield return ("KV cache saved", Saved(work.KvBytesUnpruned - work.KvBytes, work.KvBytesUnpruned, Quantity.Bytes));
    }

    private static string Saved(double part, double whole, Func<double, string> format) =>
        whole > 0 ? $"{format(part)} of {format(whole)} ({Quantity.Percent(part / whole)})" : "none";
}

using System.Globalization;
using ResPrune.Inference.Inspection;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ResPrune.Cli.Rendering;

/// <summary>What is known of a model folder.</summary>
internal static class ModelTable
{
    /// <summary>Lays a report out.</summary>
    public static IRenderable Of(ModelReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var facts = new Table().Border(TableBorder.None).HideHeaders();
        facts.AddColumn(new TableColumn("").NoWrap()).AddColumn(new TableColumn(""));
        foreach (var (name, value) in Facts(report)) facts.AddRow(new Text(name), new Text(TerminalText.Clean(value)));
        return new Rows(facts, Pictures(report));
    }

    private static IEnumerable<(string Name, string Value)> Facts(ModelReport report)
    {
        yield return ("model", $"{report.Name}: {report.ModelType}, {report.Architecture}");
        var (text, vision) = (report.Language, report.Vision);
        var heads = text.KeyValueHeads == text.Heads ? $"{text.Heads} heads" : $"{text.Heads} heads over {text.KeyValueHeads} of keys and values";
        yield return ("language model", $"{text.Layers} layers, width {text.HiddenSize}, MLP {text.IntermediateSize}, {heads} of width {text.HeadSize}");
        yield return ("vision encoder", $"{vision.Layers} layers, width {vision.HiddenSize}, MLP {vision.IntermediateSize}, {vision.Heads} heads, patches of {vision.PatchSize} pixels");
        yield return ("vocabulary", $"{Quantity.Count(text.VocabularySize)} rows{(text.TiedEmbeddings ? ", also the output head" : "")}; the tokenizer's last id is {Quantity.Count(report.TokenizerSize - 1)}");
        yield return ("context", $"{Quantity.Count(text.ContextLength)} tokens");
        var parts = report.Parameters;
        yield return ("weights", $"{Quantity.Count(parts.Total)}: vision {Quantity.Count(parts.Vision)}, projector {Quantity.Count(parts.Projector)}, language {Quantity.Count(parts.Language)}");
        var types = report.StoredAs.Count == 1 ? report.StoredAs.Keys.Single() : string.Join(", ", report.StoredAs.Select(type => $"{type.Key} {Quantity.Count(type.Value)}"));
        yield return ("stored as", types);
        foreach (var (file, first) in report.Files.Select((file, i) => (file, i == 0))) yield return (first ? "files" : "", $"{file.Name}, {Quantity.Bytes(file.Bytes)}");
        yield return ("alpha", report.Alpha.ToString(CultureInfo.InvariantCulture));
        yield return ("pruning", Pruning(report));
        foreach (var row in Memory(report.Memory)) yield return row;
        foreach (var notice in report.Notices) yield return ("notice", notice);
    }

    private static string Pruning(ModelReport report)
    {
        var newlines = report.Pictures.Any(picture => picture.Newlines > 0);
        var tiles = report.Pictures.Any(picture => picture.Tiles > 1);
        return "--keep is the share or number of a picture's tokens that stay"
            + (newlines ? "; newlines are not counted in it and always stay" : "")
            + (tiles ? "; it is split over the tiles by their size" : "")
            + (report.KeepsPositions ? "; kept tokens keep their places (M-RoPE)" : "; kept tokens are numbered without gaps");
    }

    private static IEnumerable<(string Name, string Value)> Memory(MemoryNeed memory)
    {
        yield return ("runs", $"on {memory.Device} in {memory.DType}");
        var picture = $"pictures of {memory.Picture.Width}×{memory.Picture.Height}, keep {memory.Keep}, answers of {memory.AnswerTokens} tokens";
        yield return (
            "memory, about",
            $"{Quantity.Bytes(memory.BatchOneBytes)} at batch size 1: weights {Quantity.Bytes(memory.WeightBytes)}, KV cache {Quantity.Bytes(memory.KvBytes)}, "
                + $"activations {Quantity.Bytes(memory.ActivationBytes)} ({picture})");
        if (memory.AvailableBytes is { } free)
        {
            yield return ("memory free", Quantity.Bytes(free));
            yield return ("largest batch", memory.LargestBatch switch
            {
                0 => "none: weights that do not fit are read from disk again and again",
                { } largest => $"about {Quantity.Count(largest)}{(largest == MemoryNeed.MaxBatch ? " or more" : "")}",
                null => "",
            });
        }
        else
        {
            yield return ("memory free", $"{memory.Device} does not say");
        }
    }

    private static Table Pictures(ModelReport report)
    {
        var newlines = report.Pictures.Any(picture => picture.Newlines > 0);
        var table = new Table().Border(TableBorder.Simple);
        string[] names = ["picture", "tiles", "visual tokens", .. newlines ? (string[])["of them newlines"] : []];
        var budgets = report.Pictures[0].Budgets.Select(budget => budget.Keep);
        foreach (var name in names.Concat(budgets.SelectMany(keep => (string[])[$"keep {keep}", "prefill", "KV cache"])))
            table.AddColumn(new TableColumn(new Text(name)).RightAligned().NoWrap());
        foreach (var picture in report.Pictures)
        {
            string[] cells =
            [
                $"{picture.Width}×{picture.Height}", $"{picture.Tiles}", Quantity.Count(picture.VisualTokens), .. newlines ? (string[])[$"{picture.Newlines}"] : [],
                .. picture.Budgets.SelectMany(budget => (string[])[Quantity.Count(budget.Kept), Quantity.Flops(budget.PrefillFlops), Quantity.Bytes(budget.KvBytes)]),
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        table.Caption = new TableTitle($"a picture with {report.TextTokens} text tokens: tokens, prefill and KV cache by budget");
        return table;
    }
}

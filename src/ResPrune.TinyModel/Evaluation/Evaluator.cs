using ResPrune.Inference.Engine;
using ResPrune.TinyModel.Questions;
using ResPrune.TinyModel.Scenes;

namespace ResPrune.TinyModel.Evaluation;

/// <summary>Measures a model folder through the engine that serves it, on scenes of seeds never trained on.</summary>
internal static class Evaluator
{
    private const string All = "all";
    private const string Control = "random";

    /// <summary>Writes the table line by line, then each pruner against <c>random</c>.</summary>
    public static async Task RunAsync(
        IconLibrary icons, string model, int questions, string[] budgets, string[] pruners, string dtype, TextWriter output, CancellationToken cancellationToken)
    {
        var items = EvaluationSet.Generate(icons, SeedRanges.Evaluation, questions).ToArray();
        var table = new AccuracyTable(items);
        var engineOptions = new EngineOptions { ModelDirectory = model, Device = "cpu", DType = dtype };
        await using var engine = await VisionLanguageEngine.LoadAsync(engineOptions, cancellationToken: cancellationToken);
        output.WriteLine($"{items.Length} questions about {items.Select(i => i.Seed).Distinct().Count()} pictures, seeds from {SeedRanges.Evaluation}, {dtype}");
        foreach (var line in AccuracyTable.Head())
            output.WriteLine(line);
        var runs = new List<EvaluationRun>();
        foreach (var budget in budgets)
        {
            foreach (var pruner in budget == All ? ["none"] : pruners)
            {
                runs.Add(await EvaluationRun.AskAsync(engine, items, budget, pruner, cancellationToken));
                output.WriteLine(table.Line(runs[^1], runs.FirstOrDefault(r => r.Keep == All)));
                output.Flush();
            }
        }

        foreach (var run in runs.Where(r => r.Pruner is not ("none" or Control)))
        {
            if (runs.FirstOrDefault(r => r.Keep == run.Keep && r.Pruner == Control) is { } control)
                output.WriteLine(table.Compare(run, control));
        }
    }
}

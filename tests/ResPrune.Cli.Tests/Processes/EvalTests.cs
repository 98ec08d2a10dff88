using System.Text.Json;
using ResPrune.TinyModel.Scenes;

namespace ResPrune.Cli.Tests.Processes;

/// <summary><c>resprune eval</c>, with plain discs for drawings: the numbers mean nothing, their bookkeeping does.</summary>
public sealed class EvalTests(DrawnIcons icons) : IClassFixture<DrawnIcons>
{
    [Fact]
    public async Task EveryBudgetAndPrunerIsScoredByKindAndAgainstTheControl()
    {
        const int Questions = 20;
        string[] command = ["eval", "--icons", icons.Folder, "--questions", $"{Questions}", "--keep", "all,1/9"];
        var report = (await Resprune.RunAsync([.. command, "--json"])).Expect(0).Json;

        Assert.Equal(Questions, report.GetProperty("questions").GetInt32());
        Assert.True(report.GetProperty("first_seed").GetInt64() >= SeedRanges.Evaluation);
        var scores = report.GetProperty("scores").EnumerateArray().ToArray();
        Assert.Equal(
            ["all none", "1/9 resprune", "1/9 random"],
            scores.Select(score => $"{score.GetProperty("keep")} {score.GetProperty("pruner")}"));
        var visual = report.GetProperty("visual_tokens").GetDouble();
        Assert.Equal([visual, visual / 9, visual / 9], scores.Select(score => score.GetProperty("tokens_kept").GetDouble()));
        Assert.All(scores, score => Check(score, Questions));
        Assert.Equal("1/9", Assert.Single(report.GetProperty("differences").EnumerateArray()).GetProperty("keep").GetString());
    }

    [Fact]
    public async Task MissingDrawingsAreRefusedWithTheScriptThatMakesThem() =>
        (await Resprune.RunAsync("eval", "--icons", Path.Combine(icons.Folder, "nowhere"))).ExpectRefusal("nowhere", "fetch-icons.sh");

    private static void Check(JsonElement score, int questions)
    {
        var accuracy = score.GetProperty("accuracy");
        Assert.InRange(
            accuracy.GetProperty("value").GetDouble(), accuracy.GetProperty("low").GetDouble(), accuracy.GetProperty("high").GetDouble());
        var kinds = score.GetProperty("kinds").EnumerateArray().ToArray();
        Assert.Equal(questions, kinds.Sum(kind => kind.GetProperty("questions").GetInt32()));
        var right = kinds.Sum(
            kind => kind.GetProperty("questions").GetInt32() * kind.GetProperty("accuracy").GetProperty("value").GetDouble());
        Assert.Equal(accuracy.GetProperty("value").GetDouble(), right / questions, 9);
    }
}

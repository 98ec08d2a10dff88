using System.Text.Json;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>
/// The bundled model keeps what its page promises, on the real drawings and scenes never trained on. Needs the icons that
/// <c>src/ResPrune.TinyModel/fetch-icons.sh</c> makes; <c>tests/run.sh</c> sees to that and names their folder in RESPRUNE_ICONS.
/// </summary>
public sealed class BundledModelTests
{
    [Fact]
    public async Task AccuracyAndWhatPruningLeavesOfItReachTheBars()
    {
        var report = (await Resprune.RunAsync("eval", "--questions", "2000", "--keep", "all,1/3,1/9", "--json")).Expect(0).Json;
        var scores = report.GetProperty("scores").EnumerateArray()
            .ToDictionary(score => $"{score.GetProperty("keep")} {score.GetProperty("pruner")}", score => score);
        var full = scores["all none"];

        Assert.True(Value(full) >= 0.75, $"All tokens: {Value(full)}.");
        Assert.All(full.GetProperty("kinds").EnumerateArray(), kind => Assert.True(Value(kind) >= 0.60, kind.GetRawText()));
        Assert.True(Value(scores["1/3 resprune"]) >= 0.97 * Value(full), $"A third: {Value(scores["1/3 resprune"])} of {Value(full)}.");
        Assert.True(Value(scores["1/9 resprune"]) >= 0.93 * Value(full), $"A ninth: {Value(scores["1/9 resprune"])} of {Value(full)}.");
        var ninth = report.GetProperty("differences").EnumerateArray().Single(difference => difference.GetProperty("keep").GetString() == "1/9");
        Assert.True(ninth.GetProperty("res_prune_minus_random").GetProperty("low").GetDouble() > 0, ninth.GetRawText());
    }

    private static double Value(JsonElement scored) => scored.GetProperty("accuracy").GetProperty("value").GetDouble();
}

namespace ResPrune.Cli.Tests.Processes;

/// <summary><c>resprune bench</c>: what it measures depends on the machine, what it reports does not.</summary>
public sealed class BenchTests
{
    [Fact]
    public async Task EveryBudgetAtEveryBatchSizeIsMeasuredAgainstKeepAll()
    {
        string[] command = ["bench", "--images", "4", "--max-tokens", "2", "--batch-size", "1,2", "--keep", "all,1/9"];
        var outcome = (await Resprune.RunAsync([.. command, "--json"])).Expect(0);
        var rows = outcome.Json.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(
            ["1 all", "1 1/9", "2 all", "2 1/9"], rows.Select(row => $"{row.GetProperty("batch_size")} {row.GetProperty("keep")}"));
        var visual = rows[0].GetProperty("tokens_total").GetDouble();
        Assert.Equal([visual, Math.Floor(visual / 9), visual, Math.Floor(visual / 9)], rows.Select(row => row.GetProperty("tokens_kept").GetDouble()));
        foreach (var row in rows)
        {
            Assert.True(row.GetProperty("images_per_second").GetDouble() > 0);
            foreach (var stage in (string[])["preprocess", "encode", "prefill", "decode"])
                Assert.True(row.GetProperty($"{stage}_milliseconds").GetDouble() > 0, $"{stage} took no time.");
        }

        Assert.Equal(1, rows[0].GetProperty("speed_up").GetDouble());
        Assert.Equal(
            rows[3].GetProperty("images_per_second").GetDouble() / rows[2].GetProperty("images_per_second").GetDouble(),
            rows[3].GetProperty("speed_up").GetDouble(),
            9);
    }
}

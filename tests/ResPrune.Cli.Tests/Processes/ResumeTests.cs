using System.Globalization;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>Runs that are cut off, and the same command typed again.</summary>
public sealed class ResumeTests : IDisposable
{
    private const int Rows = 120;

    private readonly Workplace _place = new();

    [Fact]
    public async Task AfterKillNineTheSameCommandAnswersEveryIdExactlyOnceAndAThirdTimeNothing()
    {
        var job = _place.LongJob(Rows);
        using (var killed = Start(job))
        {
            await killed.UntilAsync("The third commit", () => _place.Commits() >= 3);
            killed.Signal("KILL");
            await killed.EndAsync();
        }

        Assert.False(File.Exists(Path.Combine(_place.Output, "output.jsonl")));
        var before = Commits();
        Assert.InRange(before.Count, 3, Rows / 8);
        var resumed = (await Resprune.RunAsync(Arguments(job, "--json"))).Expect(0);

        var ids = _place.Results().Select(row => row["id"]!.GetValue<string>());
        Assert.Equal(Enumerable.Range(1, Rows).Select(row => row.ToString(CultureInfo.InvariantCulture)), ids);
        var doneBefore = resumed.Json.GetProperty("done_before").GetInt64();
        Assert.InRange(doneBefore, 3 * 8, Rows - 1);
        // What was published before the kill is what is published now.
        var after = Commits();
        Assert.All(before, commit => Assert.Equal(commit.Value, after[commit.Key]));

        var attempts = Directory.GetFiles(Path.Combine(_place.Batch, "attempts"), "*", SearchOption.AllDirectories);
        File.Delete(Path.Combine(_place.Output, "output.jsonl"));
        var again = (await Resprune.RunAsync(Arguments(job))).Expect(0);
        Assert.Equal(
            attempts.Order(), Directory.GetFiles(Path.Combine(_place.Batch, "attempts"), "*", SearchOption.AllDirectories).Order());
        Assert.Contains("nothing was left to do", again.Output, StringComparison.Ordinal);
        Assert.Contains($"{Rows}: {Rows} answered, 0 failed ({Rows} done by earlier runs)", again.Output, StringComparison.Ordinal);
        Assert.Equal(Rows, _place.Results().Count);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task ASignalStopsCleanlyAndSaysHowToGoOn(string signal)
    {
        var job = _place.LongJob(Rows);
        using (var running = Start(job))
        {
            await running.UntilAsync("The first commit", () => _place.Commits() >= 1);
            running.Signal(signal);
            var outcome = (await running.EndAsync()).Expect(130);
            Assert.Contains("type the same command to go on", outcome.Error, StringComparison.Ordinal);
        }

        var done = _place.Commits();
        Assert.InRange(done, 1, (Rows / 8) - 1);
        Assert.False(File.Exists(Path.Combine(_place.Output, "output.jsonl")));
        var resumed = (await Resprune.RunAsync(Arguments(job, "--json"))).Expect(0);
        Assert.Equal(Rows, _place.Results().Select(row => row["id"]!.GetValue<string>()).Distinct().Count());
        Assert.InRange(resumed.Json.GetProperty("done_before").GetInt64(), done, Rows - 1);
    }

    [Fact]
    public async Task ASecondSignalEndsItAtOnce()
    {
        using var running = Start(_place.LongJob(Rows));
        await running.UntilAsync("The first commit", () => _place.Commits() >= 1);
        running.Signal("INT");
        await running.UntilAsync("The first signal's effect", () => running.Error.Contains("stopping", StringComparison.Ordinal));
        running.Signal("INT");
        // Neither the clean stop, which takes longer, nor a crash of the threads that were computing.
        var outcome = (await running.EndAsync()).Expect(130);
        Assert.DoesNotContain("type the same command", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoProcessesNeverWorkOnOneOutputFolder()
    {
        var job = _place.LongJob(Rows);
        using var first = Start(job);
        await first.UntilAsync("The first commit", () => _place.Commits() >= 1);
        (await Resprune.RunAsync(Arguments(job))).ExpectRefusal("Another resprune is working on", _place.Output);
    }

    [Fact]
    public async Task AnOutputFolderOfAnotherCommandIsRefusedWithWhatDiffers()
    {
        var pictures = _place.Pictures(1);
        string[] command = ["run", pictures, "--ask", "What is in the picture?", "--quiet", "--output", _place.Output];
        (await Resprune.RunAsync(command)).Expect(0);
        var written = File.GetLastWriteTimeUtc(Path.Combine(_place.Output, "manifest.json"));
        (await Resprune.RunAsync([.. command, "--keep", "1/9", "--seed", "7"])).ExpectRefusal("--keep, --seed differ", "another --output");
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(_place.Output, "manifest.json")));
    }

    public void Dispose() => _place.Dispose();

    private Resprune Start(string job) => Resprune.Start(Arguments(job));

    private string[] Arguments(string job, params string[] more) => ["run", job, "--max-tokens", "4", "--output", _place.Output, .. more];

    private Dictionary<string, string> Commits() => Directory
        .GetFiles(Path.Combine(_place.Batch, "commits"), "*.json").ToDictionary(path => Path.GetFileName(path), File.ReadAllText);
}

using System.Globalization;
using System.Text.Json;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>The same command typed again after its end.</summary>
public sealed class PassTests : IDisposable
{
    private readonly Workplace _place = new();

    [Fact]
    public async Task TwoImagesAddedToAFolderAreTwoAnswers()
    {
        var pictures = _place.Pictures(4);
        string[] command = ["run", pictures, "--ask", "What is in the picture?"];
        await RunAsync(0, command);
        var before = Answers();
        foreach (var sample in Workplace.Samples.Skip(4).Take(2)) File.Copy(sample, Path.Combine(pictures, Path.GetFileName(sample)));
        var outcome = await RunAsync(0, command);
        Assert.Contains("2 new; 4 answers kept", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(Workplace.Samples.Take(6).Select(Path.GetFileName), _place.Results().Select(row => row["id"]!.GetValue<string>()));
        Assert.All(before, answer => Assert.Equal(answer.Value, Answers()[answer.Key]));
        Assert.Contains("nothing was left to do", (await RunAsync(0, command)).Output, StringComparison.Ordinal);
        Assert.Equal(6, _place.Results().Count);
    }

    [Fact]
    public async Task ARepairedAndAReplacedImageOfAFileOfLinesAreAnsweredAgainAndAnEarlierAnswerCanBeReadUntilThen()
    {
        var pictures = _place.Pictures(3);
        var names = Directory.GetFiles(pictures).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray();
        var whole = File.ReadAllBytes(Path.Combine(pictures, names[1]));
        File.WriteAllBytes(Path.Combine(pictures, names[1]), whole[..(whole.Length / 2)]);
        const string Question = "What is in the picture?";
        var lines = _place.Lines(
        [
            new { id = "relative", image = names[0], question = Question },
            new { id = "broken", image = names[1], question = Question },
            new { id = "path", image = Path.Combine(pictures, names[0]), question = Question },
            new { id = "url", image = $"file://{pictures}/{names[0]}", question = "How many objects are there?" },
            new { id = "other", image = names[2], question = Question },
        ]);
        await RunAsync(3, ["run", lines]);
        Assert.Equal("broken", Assert.Single(_place.Results("errors.jsonl"))["id"]!.GetValue<string>());
        var kept = Answers()["other"];

        File.WriteAllBytes(Path.Combine(pictures, names[1]), whole);
        File.Copy(Workplace.Samples[7], Path.Combine(pictures, names[0]), overwrite: true);
        File.SetLastWriteTimeUtc(Path.Combine(pictures, names[2]), DateTime.UnixEpoch);
        var outcome = await RunAsync(0, ["run", lines, "--json"]);
        var pass = outcome.Json.GetProperty("pass");
        Assert.Equal((4, 0, 0, 1), (Count(pass, "changed"), Count(pass, "new"), Count(pass, "failed"), Count(pass, "kept")));
        Assert.Equal(["relative", "broken", "path", "url", "other"], _place.Results().Select(row => row["id"]!.GetValue<string>()));
        Assert.Equal(kept, Answers()["other"]);
        Assert.False(File.Exists(Path.Combine(_place.Output, "errors.jsonl")));

        // What a fresh run says of the same pictures is what the second pass has put together.
        var together = File.ReadAllText(Path.Combine(_place.Output, "output.jsonl"));
        Directory.Delete(_place.Output, recursive: true);
        await RunAsync(0, ["run", lines]);
        Assert.Equal(File.ReadAllText(Path.Combine(_place.Output, "output.jsonl")), together);
    }

    [Fact]
    public async Task ASecondPassThatIsKilledGoesOnWhereItWasAndTheEarlierAnswersStandMeanwhile()
    {
        var job = _place.LongJob(8);
        string[] command = ["run", job, "--max-tokens", "4", "--output", _place.Output];
        (await Resprune.RunAsync(command)).Expect(0);
        var first = File.ReadAllText(Path.Combine(_place.Output, "output.jsonl"));
        var pictures = Directory.GetFiles(_place.PathOf("pictures"), "*.png").Order(StringComparer.Ordinal).Select(path => Path.GetFileName(path)).ToArray();
        File.AppendAllLines(job, Enumerable.Range(9, 112).Select(row => JsonSerializer.Serialize(
            new { id = row.ToString(CultureInfo.InvariantCulture), image = pictures[row % pictures.Length], question = $"Number {row}?" })));
        using (var killed = Resprune.Start(command))
        {
            await killed.UntilAsync("The fourth commit of both passes", () => _place.Commits() >= 4);
            killed.Signal("KILL");
            await killed.EndAsync();
        }

        Assert.Equal(first, File.ReadAllText(Path.Combine(_place.Output, "output.jsonl")));
        var resumed = (await Resprune.RunAsync([.. command, "--json"])).Expect(0);
        Assert.InRange(resumed.Json.GetProperty("done_before").GetInt64(), 8 + (2 * 8), 119);
        Assert.Equal(
            Enumerable.Range(1, 120).Select(row => row.ToString(CultureInfo.InvariantCulture)), _place.Results().Select(row => row["id"]!.GetValue<string>()));
        Assert.StartsWith(first, File.ReadAllText(Path.Combine(_place.Output, "output.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALimitIsRaisedTwoQuestionsAreTwoRowsAndRetryAsksAsMuchAsItSays()
    {
        var pictures = _place.Pictures(4);
        File.WriteAllText(Path.Combine(pictures, "zz.png"), "no picture");
        string[] command = ["run", pictures, "--ask", "What is in the picture?", "--ask", "How many objects are there?", "--quiet"];
        await RunAsync(0, [.. command, "--limit", "2"]);
        Assert.Contains("6 new; 4 answers kept", (await RunAsync(3, [.. command, "--limit", "5"])).Output, StringComparison.Ordinal);
        Assert.Equal(8, _place.Results().Count);
        var none = await RunAsync(3, [.. command, "--retry", "none"]);
        Assert.Contains("nothing; 8 answers and 2 failures kept", none.Output, StringComparison.Ordinal);
        Assert.Contains("2 that had failed; 8 answers kept", (await RunAsync(3, command)).Output, StringComparison.Ordinal);
        File.Delete(Path.Combine(pictures, "zz.png"));
        var all = await RunAsync(0, [.. command, "--retry", "all"]);
        Assert.Contains("8 once more; 0 answers kept; 2 not in the input any more", all.Output, StringComparison.Ordinal);
        Assert.Equal(8, _place.Results().Count);
    }

    [Fact]
    public async Task AFolderOfAnOlderVersionIsRefusedWithWhatToDo()
    {
        var batch = Directory.CreateDirectory(Path.Combine(_place.Output, ".resprune", "batches", "batch_0")).FullName;
        File.WriteAllText(
            Path.Combine(batch, "batch.json"),
            """
            {"id":"batch_0","model":"m","status":"completed","input_file_id":"i","created_at":1,"metadata":{"--ask":"x"},
             "spec":{"model":"m"},"input":{"blob":"i","e_tag":"1","length":1,"sha256":"00"}}
            """);
        (await Resprune.RunAsync("run", _place.Pictures(1), "--ask", "What?", "--output", _place.Output))
            .ExpectRefusal("older version", "another --output", "delete");
        Assert.True(File.Exists(Path.Combine(batch, "batch.json")));
    }

    public void Dispose() => _place.Dispose();

    private static int Count(JsonElement pass, string name) => pass.GetProperty(name).GetInt32();

    private async Task<Outcome> RunAsync(int exitCode, string[] arguments) =>
        (await Resprune.RunAsync([.. arguments, "--output", _place.Output])).Expect(exitCode);

    private Dictionary<string, string> Answers() =>
        _place.Results().ToDictionary(row => row["id"]!.GetValue<string>(), row => row["answer"]!.GetValue<string>());
}

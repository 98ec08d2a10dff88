using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ResPrune.Cli.Tests.Processes;

namespace ResPrune.Cli.Tests.Fleet;

/// <summary>The verbs of a client against one silo that runs everything.</summary>
public sealed class FleetCommandTests(OneSiloFleet one) : IClassFixture<OneSiloFleet>
{
    private readonly TestFleet _fleet = one.Fleet;

    [Fact]
    public async Task AKeyMakesASubmissionRepeatableAndIsRefusedForAnotherJob()
    {
        var folder = _fleet.Place.PathOf("keyed");
        Copy(folder, 2);
        string[] job = ["--ask", "What is in the picture?", "--max-tokens", "4", "--key", "nightly 1"];
        var batch = await _fleet.SubmitAsync([folder, .. job]);
        Assert.Equal(batch, await _fleet.SubmitAsync([folder, .. job]));
        // The same pictures somewhere else are the same job.
        var copy = _fleet.Place.PathOf("keyed-copy");
        Copy(copy, 2);
        Assert.Equal(batch, await _fleet.SubmitAsync([copy, .. job]));
        (await _fleet.RunAsync(["submit", folder, .. job, "--keep", "1/9"])).ExpectRefusal("--keep differ", "--key");
        Copy(folder, 3);
        (await _fleet.RunAsync(["submit", folder, .. job])).ExpectRefusal("the input's contents differ", batch);
        (await _fleet.RunAsync("watch", batch)).Expect(0);
    }

    [Fact]
    public async Task LinesNamePicturesBesideTheirFileAndIdsAreOfAnyScript()
    {
        var pictures = Directory.GetFiles(_fleet.Place.PathOf("pictures"), "*.png").Select(path => Path.GetFileName(path)).ToArray();
        string[] ids = ["日本-1", "🙂/2", "a\u0301\"\\", "gone", "outside"];
        string[] images = [pictures[0], $"./{pictures[1]}", pictures[0], "not-there.png", "../store/x.png"];
        var file = _fleet.Lines(ids.Zip(images, (id, image) => (object)new { id, image, question = "What is in the picture?" }));
        var batch = await _fleet.SubmitAsync(file, "--max-tokens", "4");
        var watched = (await _fleet.RunAsync("watch", batch, "--json")).Expect(3);
        Assert.Equal(3, watched.Json.GetProperty("answered").GetInt64());
        Assert.Equal(1, watched.Json.GetProperty("errors").GetProperty("image_not_found").GetInt64());
        Assert.Equal(1, watched.Json.GetProperty("errors").GetProperty("image_outside_input").GetInt64());
        var results = await FetchAsync(batch);
        Assert.Equal(ids[..3], results.Answers.Select(row => row["id"]!.GetValue<string>()));
        Assert.Equal(ids[3..], results.Errors.Select(row => row["id"]!.GetValue<string>()));
    }

    [Fact]
    public async Task CancelKeepsWhatWasDone()
    {
        var batch = await _fleet.SubmitAsync(LongJob(480), "--max-tokens", "12");
        using var watch = _fleet.StartVerb("watch", batch);
        await watch.UntilAsync("The first commit", () => _fleet.Commits(batch) >= 1);
        (await _fleet.RunAsync("fetch", batch, "--output", _fleet.Place.PathOf("early"))).ExpectRefusal("has not ended", $"resprune watch {batch}");
        (await _fleet.RunAsync("cancel", batch)).Expect(0);
        Assert.Contains("cancelled: ", (await watch.EndAsync()).Expect(3).Output, StringComparison.Ordinal);
        await ExpectKeptAsync(batch, 480, "batch_cancelled");
    }

    [Fact]
    public async Task ABatchWhoseWindowRunsOutKeepsWhatWasDone()
    {
        var batch = await _fleet.SubmitAsync(LongJob(400), "--max-tokens", "12", "--expires-in", "3s");
        var watched = (await _fleet.RunAsync("watch", batch, "--json")).Expect(3);
        Assert.Equal("expired", watched.Json.GetProperty("status").GetString());
        await ExpectKeptAsync(batch, 400, "batch_expired");
    }

    [Fact]
    public async Task WhatIsNotReadOfAFolderIsSaidBySubmitAndBroughtByFetch()
    {
        var folder = _fleet.Place.PathOf("with-others");
        Copy(folder, 1);
        SkippedFileTests.Fill(folder);
        var submitted = (await _fleet.RunAsync(["submit", folder, "--ask", "What is in the picture?", "--max-tokens", "4"])).Expect(0);
        Assert.Contains("not read: 1 broken_link, 1 hidden, 2 not_an_image", submitted.Error, StringComparison.Ordinal);
        var batch = submitted.Output.Trim().Split('\n')[^1];
        (await _fleet.RunAsync("watch", batch)).Expect(0);
        var output = _fleet.Place.PathOf("with-others-out");
        for (var time = 0; time < 2; time++)
            Assert.Contains("4 files or folders", (await _fleet.RunAsync("fetch", batch, "--output", output)).Expect(0).Output, StringComparison.Ordinal);
        SkippedFileTests.AssertNamed(File.ReadAllLines(Path.Combine(output, "skipped.jsonl")).Select(line => JsonNode.Parse(line)!));
    }

    [Fact]
    public async Task FetchRepeatsAndOverwritesNothingThatDiffers()
    {
        var batch = await _fleet.SubmitAsync(LongJob(2), "--max-tokens", "4");
        (await _fleet.RunAsync("watch", batch, "--quiet")).Expect(0);
        var folder = _fleet.Place.PathOf("fetched");
        string[] fetch = ["fetch", batch, "--output", folder];
        (await _fleet.RunAsync(fetch)).Expect(0);
        (await _fleet.RunAsync(fetch)).Expect(0);
        Assert.Equal(["manifest.json", "output.jsonl"], Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        var output = Path.Combine(folder, "output.jsonl");
        await File.AppendAllTextAsync(output, "mine\n");
        File.Delete(Path.Combine(folder, "manifest.json"));
        (await _fleet.RunAsync(fetch)).ExpectRefusal(output, "--output");
        Assert.EndsWith("mine\n", await File.ReadAllTextAsync(output), StringComparison.Ordinal);
        Assert.Equal([output], Directory.GetFiles(folder));
    }

    [Fact]
    public async Task ListShowsEveryBatchAndUnknownOnesAreNamed()
    {
        var batch = await _fleet.SubmitAsync(LongJob(2), "--max-tokens", "4");
        (await _fleet.RunAsync("watch", batch, "--quiet")).Expect(0);
        var listed = (await _fleet.RunAsync("list", "--json")).Expect(0).Json.EnumerateArray();
        var row = Assert.Single(listed, row => row.GetProperty("batch").GetString() == batch);
        Assert.Equal("completed", row.GetProperty("status").GetString());
        Assert.Equal(2, row.GetProperty("answered").GetInt64());
        Assert.Contains(batch, (await _fleet.RunAsync("list")).Expect(0).Output, StringComparison.Ordinal);
        foreach (var verb in (string[])["watch", "cancel", "fetch"]) (await _fleet.RunAsync(verb, "batch_unknown")).ExpectRefusal("'batch_unknown'");
    }

    private async Task ExpectKeptAsync(string batch, int rows, string code)
    {
        var results = await FetchAsync(batch);
        Assert.InRange(results.Answers.Count, 1, rows - 1);
        Assert.All(results.Errors, row => Assert.Equal(code, row["error"]!["code"]!.GetValue<string>()));
        var ids = results.Answers.Concat(results.Errors).Select(row => row["id"]!.GetValue<string>());
        Assert.Equal(
            Enumerable.Range(1, rows).Select(row => row.ToString(CultureInfo.InvariantCulture)).Order(StringComparer.Ordinal),
            ids.Order(StringComparer.Ordinal));
    }

    private async Task<(IReadOnlyList<JsonNode> Answers, IReadOnlyList<JsonNode> Errors)> FetchAsync(string batch)
    {
        var folder = _fleet.Place.PathOf("results-" + batch);
        (await _fleet.RunAsync("fetch", batch, "--output", folder)).Expect(0);
        return (Read(Path.Combine(folder, "output.jsonl")), Read(Path.Combine(folder, "errors.jsonl")));
    }

    private static IReadOnlyList<JsonNode> Read(string path) => [.. File.ReadAllLines(path).Select(line => JsonNode.Parse(line)!)];

    private string LongJob(int rows)
    {
        var picture = Path.GetFileName(Directory.GetFiles(_fleet.Place.PathOf("pictures"), "*.png")[0]);
        var path = Path.Combine(_fleet.Place.PathOf("pictures"), $"{Guid.NewGuid():N}.jsonl");
        File.WriteAllLines(path, Enumerable.Range(1, rows).Select(row => JsonSerializer.Serialize(
            new { id = row.ToString(CultureInfo.InvariantCulture), image = picture, question = $"What is in the picture, number {row}?" })));
        return path;
    }

    private static void Copy(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        foreach (var sample in Workplace.Samples.Take(count)) File.Copy(sample, Path.Combine(folder, Path.GetFileName(sample)), overwrite: true);
    }
}

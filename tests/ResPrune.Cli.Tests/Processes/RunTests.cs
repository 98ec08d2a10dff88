using System.Globalization;
using System.IO.Compression;
using System.Text.Json;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>What <c>resprune run</c> prints and writes when all is well.</summary>
public sealed class RunTests : IDisposable
{
    private readonly Workplace _place = new();

    [Fact]
    public async Task AFolderIsAnsweredInOrderAndShownInPlainLines()
    {
        var pictures = _place.Pictures(3);
        var outcome = await RunAsync(pictures, "--ask", "What is in the picture?");

        var names = Directory.GetFiles(pictures).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray();
        var rows = _place.Results();
        Assert.Equal(names, rows.Select(row => row["id"]!.GetValue<string>()));
        var shown = rows.Select(row => $"{row["image"]}: What is in the picture? -> {row["answer"]}\n");
        Assert.All(shown, line => Assert.Contains(line, outcome.Output, StringComparison.Ordinal));
        Assert.All(rows, row => Assert.NotEmpty(row["answer"]!.GetValue<string>()));
        Assert.DoesNotContain('\u001b', outcome.Output);
        Assert.DoesNotContain('\r', outcome.Output);
        Assert.Empty(outcome.Error);
        Assert.False(File.Exists(Path.Combine(_place.Output, "errors.jsonl")));
        Assert.Contains(Path.Combine(_place.Output, "output.jsonl"), outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JsonIsOneObjectWhoseNumbersAreThoseOfTheManifest()
    {
        string[] ask = ["--ask", "What is in the picture?", "--ask", "How many objects are there?"];
        var outcome = await RunAsync([_place.Pictures(3), .. ask, "--limit", "2", "--keep", "1/9", "--json"]);

        var summary = outcome.Json;
        using var stored = JsonDocument.Parse(File.ReadAllText(Path.Combine(_place.Output, "manifest.json")));
        var manifest = stored.RootElement;
        var totals = manifest.GetProperty("totals");
        Assert.Equal(2, summary.GetProperty("images").GetInt64());
        Assert.Equal(4, summary.GetProperty("questions").GetInt64());
        Assert.Equal(manifest.GetProperty("rows").GetInt64(), summary.GetProperty("questions").GetInt64());
        Assert.Equal(0, summary.GetProperty("exit_code").GetInt32());
        foreach (var name in (string[])["answered", "failed", "prompt_tokens", "completion_tokens", "visual_tokens", "work"])
            AssertSame(name, totals, summary);
        foreach (var name in (string[])["prefill_flops_saved", "kv_bytes_saved", "device_seconds"])
            AssertSame(name, manifest, summary);
        var tokens = summary.GetProperty("visual_tokens");
        Assert.Equal(_place.Results().Sum(row => row["visual_tokens"]!["kept"]!.GetValue<long>()), tokens.GetProperty("kept").GetInt64());
        Assert.True(tokens.GetProperty("kept").GetInt64() < tokens.GetProperty("total").GetInt64());
        Assert.Empty(outcome.Error);
    }

    [Fact]
    public async Task OnATerminalTheLineOfProgressMovesAndTheAnswersStay()
    {
        string[] command = ["run", _place.Pictures(2), "--ask", "What is in the picture?", "--output", _place.Output];
        var outcome = (await Resprune.RunOnTerminalAsync(command)).Expect(0);
        Assert.Contains("\u001b[", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("2/2 done", outcome.Output, StringComparison.Ordinal);
        Assert.All(_place.Results(), row => Assert.Contains(row["answer"]!.GetValue<string>(), outcome.Output, StringComparison.Ordinal));
        Assert.Contains("visual tokens", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASinglePictureIsAnsweredInOneQuietLine()
    {
        var picture = Workplace.Samples[0];
        var outcome = await RunAsync(picture, "--ask", "How many objects are there?", "--quiet");
        Assert.Equal($"1 answered, 0 failed; answers in {Path.Combine(_place.Output, "output.jsonl")}\n", outcome.Output);
        Assert.Equal(Path.GetFileName(picture), Assert.Single(_place.Results())["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task CompressedLinesHaveTheirOwnBudgetsAndCarryTheirOwnFields()
    {
        _place.Pictures(1);
        var image = Path.GetFileName(Workplace.Samples[0]);
        var long5 = $"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(Workplace.Samples[0]))}{new string(' ', 5 << 20)}";
        var lines = _place.Lines([
            new { id = "a", image, question = "How many objects are there?", keep = "all", sku = "A-1" },
            new { id = "b", image, question = "How many objects are there?", keep = 16, sku = "B-1" },
            new { id = "c", image, question = "How many objects are there?", keep = "most", sku = "C-1" },
            new { id = "d", image = long5, question = "How many objects are there?" }]);
        var packed = lines + ".gz";
        await using (var file = File.Create(packed))
        await using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
            await gzip.WriteAsync(await File.ReadAllBytesAsync(lines));

        var outcome = (await Resprune.RunAsync("run", packed, "--output", _place.Output, "--quiet")).Expect(3);

        Assert.Contains("3 answered, 1 failed", outcome.Output, StringComparison.Ordinal);
        var rows = _place.Results();
        Assert.Equal(["a", "b", "d"], rows.Select(row => row["id"]!.GetValue<string>()));
        Assert.Equal([144, 16, 48], rows.Select(row => row["visual_tokens"]!["kept"]!.GetValue<int>()));
        Assert.Equal(["A-1", "B-1", null], rows.Select(row => row["sku"]?.GetValue<string>()));
        var error = Assert.Single(_place.Results("errors.jsonl"));
        Assert.Equal(("unsupported_request", "C-1"), (error["error"]!["code"]!.GetValue<string>(), error["sku"]!.GetValue<string>()));
        Assert.Contains("'keep': 'most' is not a token budget", error["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALineBeyondMaxLineFailsAlone()
    {
        _place.Pictures(1);
        var image = Path.GetFileName(Workplace.Samples[0]);
        var lines = _place.Lines([
            new { id = "a", image, question = "How many objects are there?" },
            new { id = "b", image, question = "How many objects are there?", note = new string('n', 1 << 20) }]);

        (await Resprune.RunAsync("run", lines, "--output", _place.Output, "--quiet", "--max-line", "1")).Expect(3);

        var error = Assert.Single(_place.Results("errors.jsonl"));
        Assert.Equal("b", error["id"]!.GetValue<string>());
        Assert.Contains("--max-line", error["error"]!["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAiBatchLinesAreAnsweredInTheirOwnForm()
    {
        var data = $"data:image/png;base64,{Convert.ToBase64String(File.ReadAllBytes(Workplace.Samples[0]))}";
        object[] content =
        [
            new { type = "text", text = "How many objects are there?" },
            new { type = "image_url", image_url = new { url = data } },
        ];
        var body = new { model = "any", messages = new[] { new { role = "user", content } }, max_tokens = 5 };
        var lines = _place.Lines([new { custom_id = "first", method = "POST", url = "/v1/chat/completions", body }]);
        await RunAsync(lines, "--quiet");
        var row = Assert.Single(_place.Results());
        Assert.Equal("first", row["custom_id"]!.GetValue<string>());
        Assert.Equal(200, row["response"]!["status_code"]!.GetValue<int>());
        Assert.NotEmpty(row["response"]!["body"]!["choices"]![0]!["message"]!["content"]!.GetValue<string>());
    }

    [Fact]
    public async Task AnAnswerIsTheSameAloneInABatchWithStrangersAndInAnotherOrder()
    {
        const string Question = "What is in the picture?";
        var pictures = _place.Pictures(9);
        await RunAsync(pictures, "--ask", Question, "--batch-size", "8", "--quiet");
        var expected = _place.Results().ToDictionary(row => row["image"]!.GetValue<string>(), row => row["answer"]!.GetValue<string>());
        Directory.Delete(_place.Output, recursive: true);

        var reversed = expected.Keys.OrderDescending(StringComparer.Ordinal)
            .Select(image => new { id = image, image, question = Question });
        await RunAsync(_place.Lines(reversed), "--batch-size", "4", "--quiet");
        Assert.Equal(
            expected, _place.Results().ToDictionary(row => row["image"]!.GetValue<string>(), row => row["answer"]!.GetValue<string>()));
        Directory.Delete(_place.Output, recursive: true);

        var alone = expected.Keys.Order(StringComparer.Ordinal).ElementAt(4);
        await RunAsync(Path.Combine(pictures, alone), "--ask", Question, "--batch-size", "1", "--quiet");
        Assert.Equal(expected[alone], Assert.Single(_place.Results())["answer"]!.GetValue<string>());
    }

    [Fact]
    public async Task TheSameSeedGivesTheSameSampledAnswersAndAnotherSeedOthers()
    {
        async Task<string> AnswersAsync(int seed)
        {
            string[] sampling = ["--temperature", "2", "--seed", seed.ToString(CultureInfo.InvariantCulture), "--max-tokens", "12"];
            await RunAsync([_place.PathOf("pictures"), "--ask", "Describe the image.", .. sampling, "--quiet"]);
            var answers = string.Join('\n', _place.Results().Select(row => row["answer"]!.GetValue<string>()));
            Directory.Delete(_place.Output, recursive: true);
            return answers;
        }

        _place.Pictures(3);
        var first = await AnswersAsync(1);
        Assert.Equal(first, await AnswersAsync(1));
        Assert.NotEqual(first, await AnswersAsync(2));
    }

    public void Dispose() => _place.Dispose();

    private static void AssertSame(string name, JsonElement stored, JsonElement printed)
    {
        var (one, other) = (stored.GetProperty(name), printed.GetProperty(name));
        Assert.True(JsonElement.DeepEquals(one, other), $"{name}: {one} stored and {other} printed.");
    }

    private async Task<Outcome> RunAsync(params string[] arguments) =>
        (await Resprune.RunAsync(["run", .. arguments, "--output", _place.Output])).Expect(0);
}

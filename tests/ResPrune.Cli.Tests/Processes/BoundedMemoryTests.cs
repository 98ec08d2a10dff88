using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>A process that may have only so much memory (<c>prlimit</c>): requests that want more of it than there is cost nobody else an answer.</summary>
public sealed class BoundedMemoryTests(ITestOutputHelper output) : IDisposable
{
    private const int Long = 8;
    private const int Normal = 100;
    private const long Mebi = 1 << 20;

    /// <summary>What the bound leaves beyond the memory of the normal rows alone. The long ones together would take five times as much for their cache.</summary>
    private const long Room = 40 * Mebi;

    private readonly Workplace _place = new();

    [Fact]
    public async Task AfterEightRequestsForFourThousandTokensEveryNormalOneIsAnsweredWithinTheBound()
    {
        var model = ModelWithALongContext();
        using var unbounded = Resprune.Start(Arguments(model, Lines("normal.jsonl", longOnes: 0), "unbounded"));
        var (first, normalPeak) = await unbounded.EndWatchedAsync();
        first.Expect(0);

        var bound = normalPeak + Room;
        using var bounded = Resprune.StartWithDataLimit(bound, Arguments(model, Lines("lines.jsonl", Long), "out"));
        var (outcome, peak) = await bounded.EndWatchedAsync();
        Assert.True(outcome.ExitCode is 0 or 3, $"Exit code {outcome.ExitCode}.\n{outcome.Output}\n{outcome.Error}");
        var answered = _place.Results().Select(row => row["custom_id"]!.GetValue<string>()).ToHashSet();
        var failed = File.Exists(Path.Combine(_place.Output, "errors.jsonl")) ? _place.Results("errors.jsonl") : [];
        output.WriteLine($"{Normal} normal rows alone: {normalPeak / Mebi} MiB of data. Bound: {bound / Mebi} MiB. Beside {Long} rows of 4000 tokens: {peak / Mebi} MiB, "
            + $"{answered.Count} rows answered, {failed.Count} failed.");
        Assert.All(Enumerable.Range(0, Normal), row => Assert.Contains($"normal-{row}", answered));
        Assert.All(failed, row => Assert.Equal("out_of_memory", row["error"]!["code"]!.GetValue<string>()));
        Assert.Equal(Long + Normal, answered.Count + failed.Count);
        Assert.InRange(peak, 1, bound);
    }

    public void Dispose() => _place.Dispose();

    private string[] Arguments(string model, string lines, string output) => ["run", lines, "--model", model, "--output", _place.PathOf(output), "--quiet"];

    private string ModelWithALongContext()
    {
        var model = _place.Model();
        var path = Path.Combine(model, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config["text_config"]!["max_position_embeddings"] = 8192;
        File.WriteAllText(path, config.ToJsonString());
        return model;
    }

    private string Lines(string name, int longOnes)
    {
        var folder = _place.PathOf("pictures");
        if (!Directory.Exists(folder)) _place.Pictures(6);
        var pictures = Directory.GetFiles(folder, "*.png").Select(Path.GetFileName).Order(StringComparer.Ordinal).ToArray();
        var path = Path.Combine(folder, name);
        File.WriteAllLines(path, Enumerable.Range(0, longOnes).Select(row => Line($"long-{row}", 4000)).Concat(Enumerable.Range(0, Normal).Select(row => Line($"normal-{row}", 8))));
        return path;

        string Line(string id, int maxTokens)
        {
            object[] content =
            [
                new { type = "text", text = "What is in the picture?" },
                new { type = "image_url", image_url = new { url = pictures[id.Length % pictures.Length] } },
            ];
            return JsonSerializer.Serialize(new
            {
                custom_id = id,
                method = "POST",
                url = "/v1/chat/completions",
                body = new { model = "any", max_tokens = maxTokens, messages = new[] { new { role = "user", content } } },
            });
        }
    }
}

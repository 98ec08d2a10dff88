using System.Text.Json.Nodes;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>What a folder holds besides rows is counted and named.</summary>
public sealed class SkippedFileTests : IDisposable
{
    private readonly Workplace _place = new();

    [Fact]
    public async Task EveryFileThatIsNotReadIsALineAndIsGoneFromTheListWhenItIsGone()
    {
        var pictures = _place.Pictures(2);
        Fill(pictures);
        string[] command = ["run", pictures, "--ask", "What is in the picture?", "--output", _place.Output];
        // With a limit, too, everything that is there is named.
        var outcome = (await Resprune.RunAsync([.. command, "--limit", "1", "--json"])).Expect(0);
        AssertNamed(_place.Results("skipped.jsonl"));
        var counts = outcome.Json.GetProperty("skipped");
        Assert.Equal((2, 1, 1), (counts.GetProperty("not_an_image").GetInt32(), counts.GetProperty("hidden").GetInt32(), counts.GetProperty("broken_link").GetInt32()));
        Assert.Equal(Path.Combine(_place.Output, "skipped.jsonl"), outcome.Json.GetProperty("files").GetProperty("skipped").GetString());

        File.Delete(Path.Combine(pictures, "notes.txt"));
        outcome = (await Resprune.RunAsync(command)).Expect(0);
        Assert.Contains("1 broken_link, 1 hidden, 1 not_an_image", outcome.Output, StringComparison.Ordinal);
        foreach (var left in (string[])["below/data.csv", ".hidden.png", "nowhere.png"]) File.Delete(Path.Combine(pictures, left));
        (await Resprune.RunAsync(command)).Expect(0);
        Assert.False(File.Exists(Path.Combine(_place.Output, "skipped.jsonl")));
    }

    [Fact]
    public async Task AFolderOfNothingElseIsRefusedWithWhatIsInIt()
    {
        var folder = Directory.CreateDirectory(_place.PathOf("others")).FullName;
        Fill(folder);
        (await Resprune.RunAsync("run", folder, "--ask", "What?", "--output", _place.Output)).ExpectRefusal("No images found", "2 not_an_image");
    }

    public void Dispose() => _place.Dispose();

    /// <summary>Puts four entries into a folder that are not read.</summary>
    internal static void Fill(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "nothing to see");
        Directory.CreateDirectory(Path.Combine(folder, "below"));
        File.WriteAllText(Path.Combine(folder, "below", "data.csv"), "a,b");
        File.WriteAllText(Path.Combine(folder, ".hidden.png"), "x");
        File.CreateSymbolicLink(Path.Combine(folder, "nowhere.png"), "not-there.png");
    }

    /// <summary>Asserts that each of the four is named with its kind.</summary>
    internal static void AssertNamed(IEnumerable<JsonNode> lines)
    {
        var named = lines.ToDictionary(line => line["path"]!.GetValue<string>(), line => line["kind"]!.GetValue<string>());
        var expected = new Dictionary<string, string>
        {
            ["notes.txt"] = "not_an_image",
            ["below/data.csv"] = "not_an_image",
            [".hidden.png"] = "hidden",
            ["nowhere.png"] = "broken_link",
        };
        Assert.Equal(expected.OrderBy(pair => pair.Key, StringComparer.Ordinal), named.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }
}

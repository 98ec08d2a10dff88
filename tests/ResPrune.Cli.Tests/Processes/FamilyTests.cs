using System.Text.Json;
using ResPrune.Golden;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Inspection;
using ResPrune.TinyModel.Scenes;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>Every verb with a checkpoint of every family, as a user would type it: the folder and nothing else.</summary>
[Trait("Category", "Golden")]
public sealed class FamilyTests(DrawnIcons icons) : IClassFixture<DrawnIcons>, IDisposable
{
    private readonly Workplace _place = new();

    public static TheoryData<string> Models => [.. GoldenData.Folders("models")];

    public static TheoryData<string> ModelsWhoseResolutionFollowsThePicture => [.. GoldenData.Folders("models").Where(ModelResolution.FollowsThePicture)];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task ItAnswersQuestions(string model)
    {
        var outcome = await RunAsync("--model", model);
        Assert.Equal(3, outcome.GetProperty("answered").GetInt64());
        var tokens = outcome.GetProperty("visual_tokens");
        var newlines = Newlines(tokens);
        Assert.InRange(tokens.GetProperty("kept").GetInt64(), newlines + 1, tokens.GetProperty("total").GetInt64() - 1);

        // The rows say the same as the totals, and what they count is what the model's own report says of pictures.
        var rows = File.ReadLines(outcome.GetProperty("files").GetProperty("output").GetString()!).Select(line => JsonSerializer.Deserialize<JsonElement>(line));
        Assert.Equal(newlines, rows.Sum(row => Newlines(row.GetProperty("visual_tokens"))));
        var report = ModelInspector.Inspect(new EngineOptions { ModelDirectory = model }, ["all"]);
        Assert.Equal(report.Pictures.Any(picture => picture.Newlines > 0), newlines > 0);
        Assert.True(outcome.GetProperty("peak_memory_bytes").GetInt64() > 0);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task ItIsMeasured(string model)
    {
        string[] bench = ["bench", "--images", "2", "--max-tokens", "2", "--batch-size", "2", "--keep", "all,1/3", "--json", "--model", model];
        var rows = (await Resprune.RunAsync(bench)).Expect(0).Json.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(2, rows.Length);
        Assert.True(rows[1].GetProperty("tokens_kept").GetDouble() < rows[0].GetProperty("tokens_kept").GetDouble());
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task ItIsEvaluated(string model)
    {
        string[] eval = ["eval", "--questions", "2", "--icons", icons.Folder, "--keep", "all,1/3", "--json", "--model", model];
        var report = (await Resprune.RunAsync(eval)).Expect(0).Json;
        Assert.Equal(2, report.GetProperty("questions").GetInt32());
    }

    [Theory]
    [MemberData(nameof(ModelsWhoseResolutionFollowsThePicture))]
    public async Task BoundsOnThePixelsDecideHowManyTokensAPictureHas(string model)
    {
        var asTheModelSays = VisualTokens(await RunAsync("--model", model));

        // One pixel is less than one token stands for; so many are more than the samples have.
        Assert.Equal(3, VisualTokens(await RunAsync("--model", model, "--max-pixels", "1")));
        Assert.True(VisualTokens(await RunAsync("--model", model, "--min-pixels", "500000")) > asTheModelSays);
    }

    public void Dispose() => _place.Dispose();

    private static long Newlines(JsonElement tokens) => tokens.TryGetProperty("newlines", out var newlines) ? newlines.GetInt64() : 0;

    private static long VisualTokens(JsonElement summary) => summary.GetProperty("visual_tokens").GetProperty("total").GetInt64();

    private async Task<JsonElement> RunAsync(params string[] options)
    {
        var pictures = _place.PathOf("pictures");
        if (!Directory.Exists(pictures)) _place.Pictures(3);
        var output = _place.PathOf(Guid.NewGuid().ToString("N"));
        string[] command = ["run", pictures, "--ask", "What is in the picture?", "--max-tokens", "4", "--output", output, "--json"];
        return (await Resprune.RunAsync([.. command, .. options])).Expect(0).Json;
    }
}

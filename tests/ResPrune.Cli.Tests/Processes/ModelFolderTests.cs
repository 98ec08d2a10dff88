using System.Text.Json;
using ResPrune.Cli.Tests.Inspecting;
using ResPrune.Golden;

namespace ResPrune.Cli.Tests.Processes;

/// <summary><c>resprune model info</c> and <c>check</c> on checkpoints of every family, good and damaged.</summary>
[Trait("Category", "Golden")]
public sealed class ModelFolderTests
{
    public static TheoryData<string> Models => [.. GoldenData.Folders("models")];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task InfoSaysTheSameAsATableAndAsJson(string model)
    {
        var report = (await Resprune.RunAsync("model", "info", model, "--json", "--keep", "all,1/9")).Expect(0).Json;
        var table = (await Resprune.RunAsync("model", "info", model, "--keep", "all,1/9")).Expect(0).Output;
        Assert.Empty(report.GetProperty("problems").EnumerateArray());
        Assert.True(report.GetProperty("memory").GetProperty("largest_batch").GetInt32() > 0);
        string[] shown = [.. ((string[])["name", "model_type", "architecture"]).Select(field => report.GetProperty(field).GetString()!)];
        Assert.All(shown, word => Assert.Contains(word, table, StringComparison.Ordinal));
        foreach (var file in report.GetProperty("files").EnumerateArray()) Assert.Contains(file.GetProperty("name").GetString()!, table, StringComparison.Ordinal);
        foreach (var picture in report.GetProperty("pictures").EnumerateArray())
        {
            Assert.Contains($"{picture.GetProperty("width")}×{picture.GetProperty("height")}", table, StringComparison.Ordinal);
            var kept = picture.GetProperty("budgets").EnumerateArray().Select(budget => budget.GetProperty("kept").GetInt32()).ToArray();
            Assert.Equal(picture.GetProperty("visual_tokens").GetInt32(), kept[0]);
            Assert.InRange(kept[1], picture.GetProperty("newlines").GetInt32() + 1, kept[0] - 1);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task CheckLoadsAndAnswersWithAndWithoutPruning(string model)
    {
        var report = (await Resprune.RunAsync("model", "check", model, "--json", "--max-tokens", "3")).Expect(0).Json;
        var answers = report.GetProperty("answers").EnumerateArray().ToArray();
        Assert.Equal(["all", "1/3"], answers.Select(answer => answer.GetProperty("keep").GetString()));
        Assert.All(answers, answer => Assert.Equal(3, answer.GetProperty("completion_tokens").GetInt32()));
        Assert.All(answers, answer => Assert.True(answer.GetProperty("tokens_per_second").GetDouble() > 0));
        Assert.True(Kept(answers[1]) < Kept(answers[0]));
        Assert.True(report.GetProperty("load_to_read").GetDouble() > 0);
        var (peak, bound) = (report.GetProperty("peak_memory_loading").GetInt64(), report.GetProperty("peak_memory_bound").GetInt64());
        Assert.Equal(report.GetProperty("weight_bytes").GetInt64() + (1L << 30), bound);
        Assert.InRange(peak, 1, bound);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task WeightsThatDoNotFitAreAllNamedAtOnce(string model)
    {
        using var copy = new TemporaryCopy(model);
        File.Delete(Path.Combine(copy.Folder, "model.safetensors.index.json"));
        var weights = Directory.GetFiles(copy.Folder, "*.safetensors").Order(StringComparer.Ordinal).First(SafetensorsEdit.HasOblong);
        if (Path.GetFileName(weights) != "model.safetensors") File.Move(weights, weights = Path.Combine(copy.Folder, "model.safetensors"));
        var (gone, turned) = ("", "");
        SafetensorsEdit.Header(weights, header =>
        {
            turned = SafetensorsEdit.Oblong(header);
            var shape = header[turned]!["shape"]!.AsArray();
            header[turned]!["shape"] = new System.Text.Json.Nodes.JsonArray([.. shape.Reverse().Select(size => (System.Text.Json.Nodes.JsonNode)size!.GetValue<long>())]);
            gone = header.Select(tensor => tensor.Key).First(name => name != turned && name != "__metadata__");
            var tensor = header[gone]!.DeepClone();
            header.Remove(gone);
            header["stranger"] = tensor;
        });

        var info = (await Resprune.RunAsync("model", "info", copy.Folder, "--json")).Expect(2);
        Assert.True(info.Output.Length > 0, info.Error);
        var problems = info.Json.GetProperty("problems").EnumerateArray().Select(problem => problem.GetString()!).ToArray();
        Assert.Contains(problems, problem => problem.StartsWith("missing '", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains($"'{turned}' has shape", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.StartsWith("unexpected 'stranger'", StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.Contains(problem.Replace("  ", " ", StringComparison.Ordinal), info.Error, StringComparison.Ordinal));
        (await Resprune.RunAsync("model", "check", copy.Folder)).ExpectRefusal(weights, "does not fit its config.json");
    }

    [Fact]
    public async Task WhatIsNoModelIsRefusedInOneLine()
    {
        using var folder = new TemporaryCopy();
        foreach (var verb in (string[])["info", "check"])
        {
            (await Resprune.RunAsync("model", verb, folder.Folder)).ExpectRefusal("config.json", "no such file");
            (await Resprune.RunAsync("model", verb, Path.Combine(folder.Folder, "nowhere"))).ExpectRefusal("nowhere", "no such model folder");
        }
    }

    private static long Kept(JsonElement answer) => answer.GetProperty("visual_tokens").GetProperty("kept").GetInt64();
}

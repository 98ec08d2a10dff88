using ResPrune.Cli.Benchmarking;
using ResPrune.Cli.Tests.RandomModels;
using ResPrune.Golden;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Inspection;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.RandomWeights;

namespace ResPrune.Cli.Tests.Inspecting;

/// <summary>What is said of a folder without loading it is what loading it and asking it shows.</summary>
[Trait("Category", "Golden")]
public sealed class ModelInspectorTests
{
    private static readonly string[] Budgets = ["all", "1/3", "5"];

    public static TheoryData<string> Models => [.. GoldenData.Folders("models")];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task APictureCostsWhatTheReportSays(string model)
    {
        var options = new EngineOptions { ModelDirectory = model, DType = "float32" };
        var report = ModelInspector.Inspect(options, Budgets);
        Assert.Empty(report.Problems);
        await using var engine = await VisionLanguageEngine.LoadAsync(options);
        Assert.Equal(engine.Model.Parameters, report.Parameters.Total);
        Assert.All((long[])[report.Parameters.Vision, report.Parameters.Projector, report.Parameters.Language], count => Assert.True(count > 0));
        Assert.Equal(engine.Model.Parameters, report.StoredAs.Values.Sum());
        Assert.Equal((engine.Model.ModelType, engine.Model.DefaultAlpha, engine.Model.DType), (report.ModelType, report.Alpha, report.Memory.DType));
        Assert.Equal(engine.Loading.WeightBytes, report.Memory.WeightBytes);

        // The synthetic pictures have the first of the report's sizes.
        var expected = report.Pictures[0];
        Assert.Equal(ModelInspector.Pictures[0], new PictureSize(expected.Width, expected.Height));
        foreach (var budget in expected.Budgets)
        {
            var result = Assert.IsType<GenerationResult>(await engine.GenerateAsync(
                new GenerationRequest
                {
                    RequestId = "r",
                    Image = SyntheticPictures.Make(1)[0],
                    Question = "What is in the picture?",
                    Sampling = new SamplingParameters { MaxTokens = 1 },
                    Pruning = new PruningOptions { Keep = TokenBudget.Parse(budget.Keep) },
                },
                CancellationToken.None));
            var usage = result.Usage;
            Assert.Equal((expected.VisualTokens, expected.Newlines, budget.Kept), (usage.VisualTokensTotal, usage.NewlineTokens, usage.VisualTokensKept));
            Assert.Equal(report.TextTokens, usage.PromptTokens - usage.VisualTokensKept);
            Assert.Equal((budget.PrefillFlops, budget.KvBytes), (result.Work.PrefillFlops, result.Work.KvBytes));
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void AFolderIsInspectedWithoutReadingAWeight(string model)
    {
        // Headers alone, behind them nothing but holes: what reads a weight sees zeros, what reads them all takes long.
        using var copy = new TemporaryCopy(model);
        foreach (var file in Directory.GetFiles(copy.Folder, "*.safetensors")) copy.EmptyWeights(file);
        var options = new EngineOptions { ModelDirectory = copy.Folder };
        var (original, empty) = (ModelInspector.Inspect(options with { ModelDirectory = model }, Budgets), ModelInspector.Inspect(options, Budgets));
        Assert.Equal(original.Parameters, empty.Parameters);
        Assert.Equal(original.Files, empty.Files);
        Assert.Equal(original.Memory.ActivationBytes, empty.Memory.ActivationBytes);
    }

    [Fact]
    public void EveryPresetIsOfAFamilyThatSaysTheSameOfItself()
    {
        foreach (var preset in ModelPresets.All)
        {
            using var folder = new TemporaryCopy();
            RandomCheckpoint.Create(folder.Folder, preset.Files(preset.Layers, preset.VisionLayers));
            Assert.Equal(preset.FollowsThePicture, ModelResolution.FollowsThePicture(folder.Folder));
        }
    }

    [Fact]
    public async Task MoreMemoryFitsMoreRequests()
    {
        using var folder = new TemporaryCopy();
        var checkpoint = RandomCheckpoint.Create(folder.Folder, SmallPreset.Of(ModelPresets.All[0]));
        await checkpoint.WriteWeightsAsync(seed: 1, progress: null, CancellationToken.None);
        var need = ModelInspector.Inspect(new EngineOptions { ModelDirectory = folder.Folder, Device = "cpu" }, Budgets).Memory;
        var request = need.KvBytes + need.ActivationBytes;
        Assert.Equal(need.WeightBytes + request, need.BatchOneBytes);
        Assert.Equal(0, (need with { AvailableBytes = need.BatchOneBytes - 1 }).LargestBatch);
        Assert.Equal(1, (need with { AvailableBytes = need.BatchOneBytes }).LargestBatch);
        Assert.Equal(7, (need with { AvailableBytes = need.WeightBytes + (7 * request) }).LargestBatch);
        Assert.Equal(MemoryNeed.MaxBatch, (need with { AvailableBytes = long.MaxValue }).LargestBatch);
        Assert.Null((need with { AvailableBytes = null }).LargestBatch);
    }
}

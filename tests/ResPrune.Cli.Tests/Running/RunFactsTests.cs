using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Passes;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Running;
using ResPrune.Inference.Engine;

namespace ResPrune.Cli.Tests.Running;

public sealed class RunFactsTests
{
    private static readonly RunSettings Settings = new()
    {
        Input = "pictures",
        Questions = ["What is this?"],
        Engine = new EngineOptions { ModelDirectory = "model" },
        Spec = new BatchSpec { Model = "model", Keep = "1/3" },
        Output = "out",
    };

    private static readonly ModelDescription Model = new("tiny", "llava", 1, "cpu", "float32", "w1", 0.75);

    private static readonly RunInput Input = new()
    {
        Path = "/pictures",
        Source = new FolderInput(LocalImageFolder.Open("/"), ["What is this?"]),
        ImageRoot = "/pictures",
        Rows = 1,
    };

    [Fact]
    public void TheSameCommandGoesOnHoweverItIsShownAndHoweverMuchOfTheInputItTakes()
    {
        var engine = Settings.Engine with { BatchSize = 1 };
        var shown = Settings with { Json = true, Quiet = true, MetricsPort = 9090, Output = "elsewhere", Engine = engine };
        Assert.Empty(JobFacts.Differences(Of(Settings), Of(shown)));
        Assert.Empty(JobFacts.Differences(Of(Settings), Of(Settings with { Limit = 3, Retry = RetryPolicy.All })));
        Assert.Empty(JobFacts.Differences(Of(Settings), RunFacts.Of(Settings, Input with { Rows = 7 }, Model)));
    }

    [Fact]
    public void EverythingThatDecidesAnswersIsNamed()
    {
        var original = Of(Settings);
        (string Name, SortedDictionary<string, string> Other)[] others =
        [
            ("--ask", Of(Settings with { Questions = ["What is that?"] })),
            ("--ask", Of(Settings with { Questions = [new string('x', 5000)] })),
            ("--dtype", Of(Settings with { Engine = Settings.Engine with { DType = "bfloat16" } })),
            ("--keep", Of(Settings with { Spec = Settings.Spec with { Keep = "all" } })),
            ("--pruner", Of(Settings with { Spec = Settings.Spec with { Pruner = "random" } })),
            ("--alpha", Of(Settings with { Spec = Settings.Spec with { Alpha = 0.5 } })),
            ("--epsilon", Of(Settings with { Spec = Settings.Spec with { Epsilon = 1e-3 } })),
            ("--min-pixels", Of(Settings with { Spec = Settings.Spec with { MinPixels = 784 } })),
            ("--max-pixels", Of(Settings with { Spec = Settings.Spec with { MaxPixels = 784 } })),
            ("--max-tokens", Of(Settings with { Spec = Settings.Spec with { MaxTokens = 7 } })),
            ("--temperature", Of(Settings with { Spec = Settings.Spec with { Temperature = 1 } })),
            ("--top-p", Of(Settings with { Spec = Settings.Spec with { TopP = 0.5 } })),
            ("--top-k", Of(Settings with { Spec = Settings.Spec with { TopK = 5 } })),
            ("--seed", Of(Settings with { Spec = Settings.Spec with { Seed = 5 } })),
            ("INPUT", RunFacts.Of(Settings, Input with { Path = "/others" }, Model)),
            ("the model's weights", RunFacts.Of(Settings, Input, Model with { WeightsDigest = "w2" })),
            ("the model's generation_config.json", RunFacts.Of(Settings, Input, Model with { Generation = "repetition_penalty=1.05" })),
        ];
        Assert.All(others, other => Assert.Equal([other.Name], JobFacts.Differences(other.Other, original)));
        Assert.All(others, other => Assert.All(other.Other.Values, value => Assert.InRange(value.Length, 1, 512)));
    }

    [Fact]
    public void QuestionsAreToldApartWhereverTheyAreCut()
    {
        var joined = Of(Settings with { Questions = ["a | b"] });
        var apart = Of(Settings with { Questions = ["a", "b"] });
        var quoted = Of(Settings with { Questions = ["a\" | \"b"] });
        Assert.Equal(3, new[] { joined["--ask"], apart["--ask"], quoted["--ask"] }.Distinct().Count());
    }

    private static SortedDictionary<string, string> Of(RunSettings settings) => RunFacts.Of(settings, Input, Model);
}

using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Running;
using ResPrune.Inference.Engine;

namespace ResPrune.Cli.Tests.Running;

public sealed class BatchIdentityTests
{
    private static readonly RunSettings Settings = new()
    {
        Input = "pictures",
        Questions = ["What is this?"],
        Engine = new EngineOptions { ModelDirectory = "model" },
        Spec = new BatchSpec { Model = "model", Keep = "1/3" },
        Output = "out",
    };

    private static readonly RunInput Input = new()
    {
        Path = "/pictures",
        Source = new FolderInput(LocalImageFolder.Open("/"), ["What is this?"]),
        ImageRoot = "/pictures",
        Digest = "d1",
        Rows = 1,
    };

    [Fact]
    public void TheSameCommandIsTheSameBatchHoweverItIsShown()
    {
        var engine = Settings.Engine with { BatchSize = 1 };
        var shown = Settings with { Json = true, Quiet = true, MetricsPort = 9090, Output = "elsewhere", Engine = engine };
        Assert.Equal(Of(Settings).Id, Of(shown).Id);
        Assert.Empty(Of(Settings).DifferencesFrom(Of(shown).Facts));
    }

    [Fact]
    public void EverythingThatDecidesAnswersMakesAnotherBatchAndIsNamed()
    {
        var original = Of(Settings);
        (string Name, BatchIdentity Other)[] others =
        [
            ("--ask", Of(Settings with { Questions = ["What is that?"] })),
            ("--ask", Of(Settings with { Questions = [new string('x', 5000)] })),
            ("--limit", Of(Settings with { Limit = 3 })),
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
            ("INPUT", BatchIdentity.Of(Settings, Input with { Path = "/others" }, "w1", "")),
            ("the input's contents", BatchIdentity.Of(Settings, Input with { Digest = "d2" }, "w1", "")),
            ("the model's weights", BatchIdentity.Of(Settings, Input, "w2", "")),
            ("the model's generation_config.json", BatchIdentity.Of(Settings, Input, "w1", "repetition_penalty=1.05")),
        ];
        Assert.All(others, other =>
        {
            Assert.NotEqual(original.Id, other.Other.Id);
            Assert.Equal([other.Name], other.Other.DifferencesFrom(original.Facts));
        });
        Assert.Equal(others.Length, others.Select(other => other.Other.Id).Distinct().Count());
        Assert.All(others, other => Assert.All(other.Other.Facts.Values, value => Assert.InRange(value.Length, 1, 512)));
    }

    [Fact]
    public void QuestionsAreToldApartWhereverTheyAreCut()
    {
        var joined = Of(Settings with { Questions = ["a | b"] });
        var apart = Of(Settings with { Questions = ["a", "b"] });
        var quoted = Of(Settings with { Questions = ["a\" | \"b"] });
        Assert.Equal(3, new[] { joined.Id, apart.Id, quoted.Id }.Distinct().Count());
    }

    private static BatchIdentity Of(RunSettings settings) => BatchIdentity.Of(settings, Input, "w1", "");
}

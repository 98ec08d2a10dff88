using System.Reflection;
using ResPrune.Batch.Batches;
using ResPrune.Cluster.Batches;
using ResPrune.Inference.Engine;
using ResPrune.Server.Embedded;
using ResPrune.TinyModel.Export;

namespace ResPrune.Cli.Tests.Architecture;

/// <summary>The layer rules of the design (section 2): who may know what.</summary>
public sealed class LayerTests
{
    private static readonly Assembly Inference = typeof(VisionLanguageEngine).Assembly;
    private static readonly Assembly Batch = typeof(BatchRecord).Assembly;
    private static readonly Assembly Cluster = typeof(BatchSnapshot).Assembly;
    private static readonly Assembly Server = typeof(EmbeddedHost).Assembly;
    private static readonly Assembly TinyModel = typeof(BundledModel).Assembly;
    private static readonly Assembly Cli = typeof(Cli.Commands.ExitCode).Assembly;

    [Fact]
    public void InferenceKnowsNothingOfOrleansAzureOrHttp() => Knows(
        Inference,
        none: ["Orleans", "Azure", "Microsoft.AspNetCore", "System.Net.Http", "ResPrune.Batch", "ResPrune.Cluster", "ResPrune.Server"]);

    [Fact]
    public void BatchKnowsNothingOfOrleansOrTorch() => Knows(
        Batch, none: ["Orleans", "TorchSharp", "Microsoft.AspNetCore", "ResPrune.Inference", "ResPrune.Cluster", "ResPrune.Server"]);

    [Fact]
    public void TheClusterSeesTheEngineOnlyThroughItsInterface() => Knows(
        Cluster,
        none:
        [
            "TorchSharp", "SkiaSharp", "Microsoft.AspNetCore", "ResPrune.Server", "ResPrune.TinyModel",
            "ResPrune.Inference.Models", "ResPrune.Inference.Weights", "ResPrune.Inference.Processing", "ResPrune.Inference.Tokenization",
            "ResPrune.Inference.Engine.VisionLanguageEngine",
        ]);

    [Fact]
    public void TheServerTouchesNoTensorsAndNoCommandLine() => Knows(
        Server, none: ["TorchSharp", "SkiaSharp", "System.CommandLine", "Spectre.Console", "ResPrune.Cli", "ResPrune.TinyModel"]);

    [Fact]
    public void TheTinyModelNeedsInferenceOnly() => Knows(
        TinyModel, none: ["Orleans", "Azure", "Microsoft.AspNetCore", "ResPrune.Batch", "ResPrune.Cluster", "ResPrune.Server"]);

    [Fact]
    public void TheCommandLineTouchesNoTensors() => Knows(Cli, none: ["TorchSharp"]);

    [Fact]
    public void FoldersAreFeatures()
    {
        string[] refused = ["Utils", "Util", "Helpers", "Common", "Extensions", "Managers", "Misc", "Shared"];
        Assembly[] all = [Inference, Batch, Cluster, Server, TinyModel, Cli];
        var bad = all.SelectMany(Types).Where(type => type.Namespace!.Split('.').Any(refused.Contains));
        Assert.Empty(bad.Select(type => type.FullName));
    }

    [Fact]
    public void ClassesOutsideAPublicSurfaceAreSealed()
    {
        Assembly[] all = [Inference, Batch, Cluster, Server, TinyModel, Cli];
        var open = all.SelectMany(Types).Where(type =>
            type is { IsClass: true, IsSealed: false, IsAbstract: false } && !all.SelectMany(Types).Any(other => other.BaseType == type)
            && !type.FullName!.Contains("OrleansCodeGen", StringComparison.Ordinal));
        Assert.Empty(open.Select(type => type.FullName));
    }

    private static void Knows(Assembly assembly, string[] none)
    {
        var result = NetArchTest.Rules.Types.InAssembly(assembly).ShouldNot().HaveDependencyOnAny(none).GetResult();
        var offenders = string.Join(", ", result.FailingTypeNames ?? []);
        Assert.True(result.IsSuccessful, $"{assembly.GetName().Name} must not know {string.Join(", ", none)}; these do: {offenders}");
    }

    /// <summary>Types a person wrote: the compiler's own have angle brackets in their names.</summary>
    private static IEnumerable<Type> Types(Assembly assembly) => assembly.GetTypes().Where(type =>
        !type.FullName!.Contains('<', StringComparison.Ordinal)
            && type.GetCustomAttribute<System.CodeDom.Compiler.GeneratedCodeAttribute>() is null
        && type.Namespace?.StartsWith("ResPrune", StringComparison.Ordinal) == true);
}

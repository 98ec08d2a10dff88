using ResPrune.Golden;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Inspection;
using ResPrune.Inference.Models;
using ResPrune.Inference.RandomWeights;
using ResPrune.Inference.Tests.Engine;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Inspection;

/// <summary>Models that are only built on paper leave no tensor behind.</summary>
[Collection(nameof(TensorCounting))]
public sealed class TensorsOfInspectionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("resprune-inspection-").FullName;

    public static TheoryData<string> Models => [.. GoldenData.Folders("models")];

    [Theory]
    [Trait("Category", "Golden")]
    [MemberData(nameof(Models))]
    public void InspectingAFolderLeavesNoTensor(string model)
    {
        var before = Tensor.TotalCount;
        Assert.Empty(ModelInspector.Inspect(new EngineOptions { ModelDirectory = model }, ["all"]).Problems);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void PlanningARandomFolderLeavesNoTensor()
    {
        foreach (var preset in ModelPresets.All)
        {
            var before = Tensor.TotalCount;
            RandomCheckpoint.Create(_folder, preset.Files(1, 2));
            Assert.Equal(before, Tensor.TotalCount);
        }
    }

    [Theory]
    [Trait("Category", "Golden")]
    [MemberData(nameof(Models))]
    public void PublishedNamesLeadBackToTheCanonicalOnes(string model)
    {
        var checkpoint = ModelFamilies.Open(model);
        var names = WeightRecorder.Record(checkpoint, _ => false).Select(weight => weight.Name).ToArray();
        Assert.Equal(names, names.Select(name => checkpoint.CanonicalName(checkpoint.PublishedName(name))));
        Assert.Equal(Enum.GetValues<ModelPart>().Order(), names.Select(checkpoint.PartOf).Distinct().Order());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

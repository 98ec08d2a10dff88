using ResPrune.Inference.Models.Qwen25VL;
using ResPrune.Inference.Tests.Engine;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models.Qwen25VL;

[Collection(nameof(TensorCounting))]
public sealed class Qwen25VLModelTests
{
    private static readonly Qwen25VLVisionConfig Config = new()
    {
        Layers = 3,
        HiddenSize = 32,
        IntermediateSize = 40,
        Heads = 2,
        OutputSize = 24,
        PatchSize = 2,
        TemporalPatchSize = 2,
        MergeSize = 2,
        WindowSide = 3,
        FullAttentionLayers = new HashSet<int> { 1 },
        RopeTheta = 10000,
    };

    [Fact]
    public void APictureIsEncodedAsIfItWereAlone()
    {
        using var inference = inference_mode();
        using var scope = NewDisposeScope();
        using var model = new QwenVisionModel(Config, new RandomWeights(3, ScalarType.Float32));
        PatchGrid[] grids = [new(8, 14), new(2, 2), new(6, 6), new(14, 8), new(2, 2), new(12, 4)];
        var patches = grids.Select(grid => randn([grid.Patches, Config.PatchValues])).ToArray();
        var together = model.Forward(cat(patches, 0), grids);
        long start = 0;
        for (var i = 0; i < grids.Length; i++)
        {
            var alone = model.Forward(patches[i], [grids[i]]);
            var beside = together.narrow(0, start, alone.size(0));
            Assert.True(allclose(alone, beside, rtol: 1e-4, atol: 1e-5), $"Picture {i} differs by {(alone - beside).abs().max().item<float>()}.");
            start += alone.size(0);
        }

        Assert.Equal(start, together.size(0));
    }

    [Fact]
    public void EncodingLeavesNoTensorBehind()
    {
        using var inference = inference_mode();
        using var vision = new QwenVisionModel(Config, new RandomWeights(3, ScalarType.Float32));
        PatchGrid[] grids = [new(8, 14), new(2, 2)];
        void Encode()
        {
            using var scope = NewDisposeScope();
            vision.Forward(randn([grids.Sum(grid => grid.Patches), Config.PatchValues]), grids);
        }

        Encode();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 5; i++) Encode();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void LoadingAndDisposingLeavesNoTensorBehind()
    {
        var before = Tensor.TotalCount;
        new QwenVisionModel(Config, new RandomWeights(3, ScalarType.Float32)).Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }
}

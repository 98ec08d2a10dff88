using ResPrune.Inference.Models;
using ResPrune.Inference.Weights;
using SkiaSharp;
using static TorchSharp.torch;

namespace ResPrune.TinyModel.Export;

[Collection(TensorCollection.Name)]
public sealed class BundledModelTests
{
    private const long MostBytes = 16 << 20;

    [Fact]
    public void ItLoadsStrictlyFromTheOutputFolder()
    {
        using var loaded = CheckpointModel.Load(ModelFamilies.Open(BundledModel.Directory), CPU, RunningDType.Float32);

        Assert.InRange(loaded.Parameters, 1_000_000, 8_000_000);
    }

    [Fact]
    public void ItsWeightsAreSmallEnoughToCommit() =>
        Assert.InRange(new FileInfo(Path.Combine(BundledModel.Directory, "model.safetensors")).Length, 1, MostBytes);

    [Fact]
    public void TwelveSamplePicturesComeWithIt()
    {
        var samples = Directory.GetFiles(BundledModel.SamplesDirectory, "*.png");

        Assert.Equal(12, samples.Length);
        Assert.All(samples, path =>
        {
            using var picture = SKBitmap.Decode(path);
            Assert.Equal((SampleWriter.Side, SampleWriter.Side), (picture.Width, picture.Height));
        });
    }
}

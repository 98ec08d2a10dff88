using ResPrune.Inference.Models;
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
        var config = LlavaConfig.Read(BundledModel.Directory);
        using var model = LlavaModel.Load(BundledModel.Directory, config, CPU, ScalarType.Float32, out var parameters);

        Assert.InRange(parameters, 1_000_000, 8_000_000);
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

using ResPrune.Inference.Engine;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Cluster.Workers;

namespace ResPrune.Cluster.Tests.Workers;

public sealed class GenerationRequestsTests
{
    private static readonly BatchId Batch = BatchId.Parse("batch_test");
    private static readonly FetchedImage Image = new(new byte[] { 1, 2, 3 }, "digest");

    private static readonly BatchSpec Spec = new()
    {
        Model = "fake",
        Keep = "1/3",
        Pruner = "random",
        Alpha = 0.3,
        Epsilon = 1e-5,
        MinPixels = 784,
        MaxPixels = 7840,
        MaxTokens = 20,
        Temperature = 0.7,
        TopP = 0.9,
        TopK = 40,
        Seed = 11,
    };

    [Fact]
    public void A_request_carries_the_settings_of_the_batch()
    {
        var line = new BatchRequestLine { LineNumber = 7, CustomId = "a", Question = "What?" };

        var request = GenerationRequests.For(Batch, Spec, line, Image);

        Assert.Equal(Batch.RequestId(7), request.RequestId);
        Assert.Equal("What?", request.Question);
        Assert.Equal(new byte[] { 1, 2, 3 }, request.Image.ToArray());
        Assert.Equal(192, request.Pruning.Keep.Resolve(576));
        var pruning = request.Pruning;
        Assert.Equal(("random", 0.3, 1e-5, 11L), (pruning.Pruner, pruning.Alpha, pruning.Epsilon, pruning.Seed));
        Assert.Equal(new ImageSizeLimits(784, 7840), request.ImageSize);
        var sampling = request.Sampling;
        Assert.Equal((20, 0.7, 0.9, 40, 11L), (sampling.MaxTokens, sampling.Temperature, sampling.TopP, sampling.TopK, sampling.Seed));
    }

    [Fact]
    public void What_a_line_says_itself_goes_before_the_batch_but_never_changes_its_tokens()
    {
        var line = new BatchRequestLine { LineNumber = 1, CustomId = "a", Sampling = new SamplingOverride(5, 0, null, null, 99) };

        var request = GenerationRequests.For(Batch, Spec, line, Image);

        var sampling = request.Sampling;
        Assert.Equal((5, 0.0, 0.9, 40, 99L), (sampling.MaxTokens, sampling.Temperature, sampling.TopP, sampling.TopK, sampling.Seed));
        Assert.Equal(11, request.Pruning.Seed);
    }
}

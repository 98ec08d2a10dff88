using ResPrune.Cli.Benchmarking;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Weights;
using ResPrune.TinyModel.Export;

namespace ResPrune.Cli.Tests.Benchmarking;

public sealed class RandomCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("resprune-random-").FullName;

    [Fact]
    public async Task ARandomCheckpointOfAnyShapeCanBeServed()
    {
        var shape = CheckpointShape.Llava15With7BillionWidths(layers: 2, visionLayers: 3) with
        {
            VisionWidth = 32,
            VisionMlpWidth = 48,
            VisionHeads = 4,
            ImageSize = 56,
            Width = 64,
            MlpWidth = 96,
            Heads = 8,
            VocabularySize = 900,
        };
        await RandomCheckpoint.WriteAsync(_folder, shape, BundledModel.Directory, seed: 1, CancellationToken.None);

        await using var engine = await VisionLanguageEngine.LoadAsync(new EngineOptions { ModelDirectory = _folder });
        var outcome = await engine.GenerateAsync(
            new GenerationRequest
            {
                RequestId = "r",
                Image = SyntheticPictures.Make(1)[0],
                Question = "What is this?",
                Sampling = new SamplingParameters { MaxTokens = 3, IgnoreEos = true },
            },
            CancellationToken.None);
        Assert.Equal(3, Assert.IsType<GenerationResult>(outcome).Usage.CompletionTokens);
    }

    [Fact]
    public void SyntheticPicturesAreAllDifferentAndTheSameEveryTime()
    {
        var pictures = SyntheticPictures.Make(3);
        Assert.Equal(3, pictures.Select(picture => Convert.ToHexString(picture.Span)).Distinct().Count());
        Assert.Equal(pictures[2].ToArray(), SyntheticPictures.Make(3)[2].ToArray());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

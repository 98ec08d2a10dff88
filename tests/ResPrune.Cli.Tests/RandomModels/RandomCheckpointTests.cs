using ResPrune.Cli.Benchmarking;
using ResPrune.Inference.Engine;
using ResPrune.Inference.RandomWeights;

namespace ResPrune.Cli.Tests.RandomModels;

public sealed class RandomCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("resprune-random-").FullName;

    public static TheoryData<string> Presets => [.. ModelPresets.All.Select(preset => preset.Name)];

    [Theory]
    [MemberData(nameof(Presets))]
    public async Task ARandomFolderOfEveryFamilyLoadsStrictlyAndAnswers(string name)
    {
        const long ShardBytes = 1 << 20;
        var checkpoint = RandomCheckpoint.Create(_folder, SmallPreset.Of(ModelPresets.Find(name)), ShardBytes);
        await checkpoint.WriteWeightsAsync(seed: 1, progress: null, CancellationToken.None);

        var shards = Directory.GetFiles(_folder, "model-*-of-*.safetensors");
        Assert.Equal(checkpoint.WeightFiles, shards.Length);
        Assert.True(shards.Length > 1);
        await using var engine = await VisionLanguageEngine.LoadAsync(new EngineOptions { ModelDirectory = _folder });
        Assert.Equal(checkpoint.Parameters, engine.Model.Parameters);
        var outcome = await engine.GenerateAsync(
            new GenerationRequest
            {
                RequestId = "r",
                Image = SyntheticPictures.Make(1)[0],
                Question = "What colour is the <|im_end|> object?",
                Sampling = new SamplingParameters { MaxTokens = 3, IgnoreEos = true },
            },
            CancellationToken.None);
        Assert.Equal(3, Assert.IsType<GenerationResult>(outcome).Usage.CompletionTokens);
    }

    /// <summary><c>total_size</c> of the published index files: every shape of every weight stands behind this number.</summary>
    [Theory]
    [InlineData("llava-1.5-7b", 14_126_854_144)]
    [InlineData("llava-1.6-mistral-7b", 15_133_495_296)]
    [InlineData("qwen2.5-vl-3b", 7_509_245_952)]
    [InlineData("qwen2.5-vl-7b", 16_584_333_312)]
    public void APresetHasAsManyWeightsAsThePublishedCheckpoint(string name, long bytes)
    {
        var preset = ModelPresets.Find(name);
        var checkpoint = RandomCheckpoint.Create(_folder, preset.Files(preset.Layers, preset.VisionLayers));
        Assert.Equal(bytes, checkpoint.WeightBytes);
        Assert.InRange(checkpoint.WeightFiles, (int)(bytes / RandomCheckpoint.DefaultShardBytes), 5);
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void FewerLayersOnBothSidesStillMakeAModel(string name)
    {
        var preset = ModelPresets.Find(name);
        var fewest = RandomCheckpoint.Create(_folder, preset.Files(1, 2));
        var more = RandomCheckpoint.Create(_folder, preset.Files(3, 2));
        Assert.True(fewest.Parameters < more.Parameters);
    }

    [Fact]
    public async Task TheSameSeedWritesTheSameBytesAndAnotherOneOthers()
    {
        var files = SmallPreset.Of(ModelPresets.All[0]);
        var bytes = new List<string>();
        foreach (var seed in (long[])[1, 1, 2])
        {
            var folder = Directory.CreateDirectory(Path.Combine(_folder, $"{bytes.Count}")).FullName;
            await RandomCheckpoint.Create(folder, files).WriteWeightsAsync(seed, progress: null, CancellationToken.None);
            bytes.Add(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(folder, "model.safetensors")))));
        }

        Assert.Equal(bytes[0], bytes[1]);
        Assert.NotEqual(bytes[0], bytes[2]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

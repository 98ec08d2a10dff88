using ResPrune.TinyModel.Scenes;
using static TorchSharp.torch;

namespace ResPrune.TinyModel.Training;

[Collection(TensorCollection.Name)]
public sealed class TrainerTests(DrawnIcons icons) : IClassFixture<DrawnIcons>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("resprune-trainer").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void LossesAreFiniteInBothStages()
    {
        using var trainer = new Trainer(icons.Library, Options("a", steps: 3));

        var result = trainer.Run(_ => { });

        Assert.True(float.IsFinite(result.AnswerLoss) && result.AnswerLoss > 0, $"answers {result.AnswerLoss}");
        Assert.True(float.IsFinite(result.PatchLoss) && result.PatchLoss > 0, $"patches {result.PatchLoss}");
        Assert.True(float.IsFinite(result.MentionLoss) && result.MentionLoss > 0, $"mentions {result.MentionLoss}");
        Assert.Equal(3, Checkpoint.Load(Options("a", 3).CheckpointPath, trainer.Weights.Count).Step);
    }

    [Fact]
    public void ARunThatWasCutOffGoesOnToTheSameWeights()
    {
        using var whole = new Trainer(icons.Library, Options("whole", steps: 4));
        var expected = whole.Run(_ => { });

        using var stop = new CancellationTokenSource();
        using (var first = new Trainer(icons.Library, Options("cut", steps: 4)))
        {
            first.Run(line => { if (line.StartsWith("2 ", StringComparison.Ordinal)) stop.Cancel(); }, stop.Token);
        }

        using var second = new Trainer(icons.Library, Options("cut", steps: 4));
        var actual = second.Run(_ => { });

        Assert.Equal(expected.AnswerLoss, actual.AnswerLoss);
        Assert.True(whole.Weights.Values.SequenceEqual(second.Weights.Values));
    }

    [Fact]
    public void BatchesWhoseTokensResPruneChoosesTrainToo()
    {
        var options = Options("chosen", steps: 3);
        using var trainer = new Trainer(icons.Library, options with { Schedule = options.Schedule with { ChosenShare = 1 } });

        var result = trainer.Run(_ => { });

        Assert.True(float.IsFinite(result.AnswerLoss) && result.AnswerLoss > 0, $"answers {result.AnswerLoss}");
    }

    [Fact]
    public void LearningLowersTheLossOnTheSamePictures()
    {
        var schedule = Options("b", 1).Schedule with { EyesSteps = 0 };
        var vocabulary = new Vocabulary.TinyVocabulary();
        using var learner = new Learner(vocabulary, ScalarType.Float32);
        var batch = new BatchFactory(icons.Library, vocabulary, schedule).Training(1);
        var optimizer = new AdamW(learner.Weights.Entries);
        var before = learner.Run(batch, patchWeight: null).AnswerLoss;

        for (var step = 0; step < 8; step++)
        {
            learner.Run(batch, 0.1f);
            optimizer.Update(learner.Weights.Values, learner.Weights.Gradient(), step, _ => 1e-3f);
            learner.Weights.ClearGradient();
        }

        Assert.InRange(learner.Run(batch, patchWeight: null).AnswerLoss, 0, 0.8f * before);
    }

    [Fact]
    public void NoTensorOutlivesTheTrainer()
    {
        var before = SettledTensorCount();
        using (var trainer = new Trainer(icons.Library, Options("c", steps: 3) with { ProbeEvery = 2, ProbePictures = 2 }))
        {
            trainer.Run(_ => { });
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    /// <summary>What earlier tests left to the collector must not be counted as freed later: collects until the count stands still.</summary>
    private static long SettledTensorCount()
    {
        var count = Tensor.TotalCount;
        for (var still = 0; still < 3;)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            still = Tensor.TotalCount == count ? still + 1 : 0;
            count = Tensor.TotalCount;
        }

        return count;
    }

    [Fact]
    public void AFileThatIsNoCheckpointIsRefusedByName()
    {
        var options = Options("d", steps: 1);
        File.WriteAllText(options.CheckpointPath, "this is not what a trainer writes, and long enough");
        using var trainer = new Trainer(icons.Library, options);

        Assert.Contains(options.CheckpointPath, Assert.Throws<InvalidDataException>(() => trainer.Run(_ => { })).Message, StringComparison.Ordinal);
    }

    private TrainerOptions Options(string name, int steps) => new()
    {
        CheckpointPath = Path.Combine(_folder, name),
        Schedule = new TrainingSchedule { EyesSteps = 1, TotalSteps = steps, BatchSize = 2 },
        LogEvery = 1,
        ProbeEvery = 0,
    };
}

using ResPrune.TinyModel.Questions;

namespace ResPrune.TinyModel.Training;

/// <summary>What is trained when, and how fast: first the eyes alone, then everything; both with warm-up and cosine.</summary>
internal sealed record TrainingSchedule
{
    /// <summary>Steps of the first stage: encoder and projector against patch labels.</summary>
    public required long EyesSteps { get; init; }

    /// <summary>Steps of both stages.</summary>
    public required long TotalSteps { get; init; }

    /// <summary>Pictures a step.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Largest learning rate.</summary>
    public float PeakRate { get; init; } = 1.5e-3f;

    /// <summary>The encoder's learning rate as a share of the others' in the second stage.</summary>
    public float VisionShare { get; init; } = 0.3f;

    /// <summary>Weight of the patch-label loss in the second stage.</summary>
    public float PatchWeight { get; init; } = 0.1f;

    /// <summary>Share of the second stage that sees mostly easy scenes.</summary>
    public float EasyPart { get; init; } = 0.3f;

    /// <summary>Share of second-stage batches whose visual tokens ResPrune itself chooses for the question asked.</summary>
    public float ChosenShare { get; init; }

    /// <summary>Share of second-stage batches that keep a random choice of visual tokens.</summary>
    public float DroppedShare { get; init; } = 0.65f;

    /// <summary>How often each kind is asked, in the order of <see cref="QuestionKind"/>.</summary>
    public IReadOnlyList<float> KindWeights { get; init; } = [1.2f, 1.4f, 1.6f, 1.6f, 1.3f, 1.6f, 0.5f, 0.8f];

    public bool IsEyes(long step) => step < EyesSteps;

    /// <summary>Fraction of the second stage done, 0 to 1.</summary>
    public float AnswersProgress(long step) => Math.Clamp((step - EyesSteps) / (float)Math.Max(1, TotalSteps - EyesSteps), 0, 1);

    /// <summary>Chance that a scene of this step has only one or two objects.</summary>
    public float EasyChance(long step) => AnswersProgress(step) < EasyPart ? 0.7f : 0.12f;

    /// <summary>Learning rate of a weight at a step.</summary>
    public float Rate(TrainingWeight weight, long step)
    {
        if (IsEyes(step))
            return PeakRate * Curve(step, EyesSteps, floor: 0.3f);
        var rate = PeakRate * Curve(step - EyesSteps, TotalSteps - EyesSteps, floor: 0.03f);
        return weight.IsVision ? rate * VisionShare : rate;
    }

    private static float Curve(long step, long steps, float floor)
    {
        var warm = Math.Max(1, Math.Min(steps / 20, 200));
        if (step < warm)
            return (step + 1f) / warm;
        var progress = Math.Clamp((step - warm) / (float)Math.Max(1, steps - warm), 0, 1);
        return floor + (1 - floor) * 0.5f * (1 + MathF.Cos(MathF.PI * progress));
    }
}

using static TorchSharp.torch;

namespace ResPrune.TinyModel.Training;

/// <summary>Where and how to train.</summary>
internal sealed record TrainerOptions
{
    /// <summary>The file a run resumes from and saves to.</summary>
    public required string CheckpointPath { get; init; }

    /// <summary>Stages, rates and mixtures.</summary>
    public required TrainingSchedule Schedule { get; init; }

    /// <summary>Type of the matrix products.</summary>
    public ScalarType Compute { get; init; } = ScalarType.Float32;

    /// <summary>Steps between log lines.</summary>
    public int LogEvery { get; init; } = 20;

    /// <summary>Steps between checkpoints.</summary>
    public int SaveEvery { get; init; } = 200;

    /// <summary>Steps between held-out accuracies; 0 for none.</summary>
    public int ProbeEvery { get; init; } = 400;

    /// <summary>Held-out pictures a probe looks at.</summary>
    public int ProbePictures { get; init; } = 128;
}

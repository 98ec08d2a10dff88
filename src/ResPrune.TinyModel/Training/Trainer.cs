using System.Diagnostics;
using System.Globalization;
using ResPrune.TinyModel.Scenes;
using ResPrune.TinyModel.Vocabulary;

namespace ResPrune.TinyModel.Training;

/// <summary>Trains the bundled model, from the start or from where a run was cut off.</summary>
/// <param name="icons">The emoji drawings.</param>
/// <param name="options">Where and how.</param>
internal sealed class Trainer(IconLibrary icons, TrainerOptions options) : IDisposable
{
    private readonly TinyVocabulary _vocabulary = new();
    private readonly Learner _learner = new(new TinyVocabulary(), options.Compute);

    /// <summary>The weights as they are now.</summary>
    public TrainingWeights Weights => _learner.Weights;

    /// <summary>Runs to the end of the schedule, or until cancelled: then it saves and returns.</summary>
    /// <param name="log">Takes one line at a time.</param>
    /// <param name="cancellationToken">Stops after the step under way.</param>
    /// <returns>The last step's result.</returns>
    public StepResult Run(Action<string> log, CancellationToken cancellationToken = default)
    {
        var schedule = options.Schedule;
        var optimizer = new AdamW(Weights.Entries);
        var step = Resume(optimizer);
        log($"step {step} of {schedule.TotalSteps}, {schedule.EyesSteps} for the eyes; {Weights.Count} weights, vocabulary {_vocabulary.Size}");
        var factory = new BatchFactory(icons, _vocabulary, schedule);
        var probe = new Probe(_learner, new BatchFactory(icons, _vocabulary, schedule));
        using var producer = new BatchProducer(factory, step, schedule.TotalSteps);
        var clock = Stopwatch.StartNew();
        var window = new LossWindow();
        StepResult result = default;
        while (step < schedule.TotalSteps && !cancellationToken.IsCancellationRequested)
        {
            result = Step(producer.Next(), optimizer, step, window);
            step++;
            if (step % options.LogEvery == 0)
                log($"{step} {window.Flush(clock.Elapsed)}");
            if (options.ProbeEvery > 0 && step % options.ProbeEvery == 0 && !schedule.IsEyes(step - 1))
                LogProbe(probe, step, log);
            if (step % options.SaveEvery == 0)
                Save(optimizer, step);
        }

        Save(optimizer, step);
        return result;
    }

    public void Dispose() => _learner.Dispose();

    private StepResult Step(TrainingBatch batch, AdamW optimizer, long step, LossWindow window)
    {
        var schedule = options.Schedule;
        var result = _learner.Run(batch, schedule.PatchWeight);
        var norm = optimizer.Update(Weights.Values, Weights.Gradient(), step, weight => schedule.Rate(weight, step));
        Weights.ClearGradient();
        if (!float.IsFinite(norm))
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Step {step}: the gradient's norm is {norm}; resume from the last checkpoint with a lower --rate."));
        window.Add(result, norm, batch.Size);
        return result;
    }

    private void LogProbe(Probe probe, long step, Action<string> log)
    {
        log($"{step} all {Probe.Describe(probe.Run(options.ProbePictures, TinyModelShape.VisualTokens))}");
        log($"{step} random third {Probe.Describe(probe.Run(Math.Max(1, options.ProbePictures / 2), TinyModelShape.VisualTokens / 3))}");
    }

    private long Resume(AdamW optimizer)
    {
        if (!File.Exists(options.CheckpointPath))
            return 0;
        var saved = Checkpoint.Load(options.CheckpointPath, Weights.Count);
        saved.Weights.CopyTo(Weights.Values);
        saved.Mean.CopyTo(optimizer.Mean, 0);
        saved.Square.CopyTo(optimizer.Square, 0);
        return saved.Step;
    }

    private void Save(AdamW optimizer, long step) =>
        new Checkpoint(step, Weights.Values.ToArray(), optimizer.Mean, optimizer.Square).Save(options.CheckpointPath);
}

using ResPrune.Inference.Engine;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Models;

/// <summary>A checkpoint's model with its weights.</summary>
internal sealed class CheckpointModel : IDisposable
{
    private readonly CheckpointWeights _weights;

    private CheckpointModel(IVisionLanguageModel model, CheckpointWeights weights)
    {
        Model = model;
        _weights = weights;
    }

    /// <summary>The model; disposed with this.</summary>
    public IVisionLanguageModel Model { get; }

    /// <summary>Number of weights.</summary>
    public long Parameters => _weights.ParameterCount;

    /// <summary>Lower-case hex digest of the weights.</summary>
    public string WeightsDigest => _weights.Digest;

    /// <summary>What loading the weights took.</summary>
    public LoadStatistics Loading => _weights.Statistics;

    /// <summary>Loads strictly: missing, unexpected and misshapen weights are reported together.</summary>
    /// <exception cref="ModelLoadException">A file is absent, damaged or does not fit the config.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; nothing is left behind.</exception>
    public static CheckpointModel Load(IModelCheckpoint checkpoint, Device device, RunningDType dtype, CancellationToken cancellationToken = default)
    {
        using var noGrad = no_grad();
        var weights = CheckpointWeights.Open(checkpoint.Directory, checkpoint.CanonicalName, device, dtype, cancellationToken);
        IVisionLanguageModel? model = null;
        try
        {
            // A cancelled build gets placeholders for the rest, so that what it has taken is a model's, which is disposed.
            model = checkpoint.Build(weights);
            cancellationToken.ThrowIfCancellationRequested();
            weights.EnsureAllUsed();
            return new CheckpointModel(model, weights);
        }
        catch
        {
            model?.Dispose();
            weights.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        _weights.Dispose();
    }
}

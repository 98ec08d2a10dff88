using ResPrune.Inference.RandomWeights;

namespace ResPrune.Inference.Models;

/// <summary>
/// A family of checkpoints: everything that only it has lies in one folder beside its siblings, and <see cref="ModelFamilies"/> holds one
/// line for it.
/// </summary>
internal interface IModelFamily
{
    /// <summary><c>model_type</c> of its <c>config.json</c>.</summary>
    string ModelType { get; }

    /// <summary>Its transformers class; tells the family where <c>model_type</c> is absent.</summary>
    string Architecture { get; }

    /// <summary>Published checkpoints whose settings come along, so that folders with random weights can be made of them.</summary>
    IReadOnlyList<ModelPreset> Presets { get; }

    /// <summary>Reads and checks what a checkpoint folder says about itself; weights are not touched.</summary>
    /// <exception cref="Engine.ModelLoadException">A file is absent or malformed, or asks for something this runtime does not do.</exception>
    IModelCheckpoint Open(string directory);
}

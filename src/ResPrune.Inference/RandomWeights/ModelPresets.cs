using ResPrune.Inference.Models;

namespace ResPrune.Inference.RandomWeights;

/// <summary>The published checkpoints whose settings come along, of all families.</summary>
public static class ModelPresets
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ModelPreset> All { get; } = [.. ModelFamilies.All.SelectMany(family => family.Presets)];

    /// <summary>The one of this name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static ModelPreset Find(string name) =>
        All.FirstOrDefault(preset => preset.Name == name) ?? throw new ArgumentException($"No preset '{name}'.", nameof(name));
}

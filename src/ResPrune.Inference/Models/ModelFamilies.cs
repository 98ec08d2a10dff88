using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Models;

/// <summary>The model families this runtime knows, by the <c>model_type</c> of <c>config.json</c>.</summary>
internal static class ModelFamilies
{
    /// <summary>Every supported <c>model_type</c>.</summary>
    public static IReadOnlyList<string> Supported { get; } = [LlavaConfig.ModelType];

    /// <summary>Refuses folders of other families by name.</summary>
    /// <exception cref="ModelLoadException">The folder has no readable config, or its family is not supported.</exception>
    public static void EnsureSupported(string directory)
    {
        var root = JsonField.Load(Path.Combine(directory, "config.json"));
        var modelType = root.Text("model_type", "(none)");
        if (!Supported.Contains(modelType))
            throw root.Refuse("model_type", $"is '{modelType}'; supported are: {string.Join(", ", Supported)}");
    }
}

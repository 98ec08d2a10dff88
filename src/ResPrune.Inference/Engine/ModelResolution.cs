using ResPrune.Inference.Models;

namespace ResPrune.Inference.Engine;

/// <summary>At which resolution a model sees pictures.</summary>
public static class ModelResolution
{
    /// <summary>
    /// Whether the number of visual tokens follows a picture's size, so that <see cref="GenerationRequest.ImageSize"/> means something.
    /// </summary>
    /// <param name="directory">A model folder; its JSON files are read, its weights are not.</param>
    /// <exception cref="ModelLoadException">The folder cannot be served; the message names file and field.</exception>
    public static bool FollowsThePicture(string directory) =>
        ModelFamilies.Open(directory, needsWeights: false).CreateImageProcessor(new EngineOptions { ModelDirectory = directory }.MaxImageMegapixels).HasDynamicResolution;
}

using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Processing;

/// <summary>
/// Where a checkpoint folder keeps the settings of its image processor: in <c>image_processor</c> of <c>processor_config.json</c>, as transformers 5
/// writes them, or in <c>preprocessor_config.json</c>. Where both are there the first counts, as in transformers'
/// <c>ImageProcessingMixin.get_image_processor_dict</c>.
/// </summary>
internal static class ImageProcessorFile
{
    private const string Own = "preprocessor_config.json";
    private const string Shared = "processor_config.json";
    private const string Nested = "image_processor";

    /// <summary>Finds the settings.</summary>
    /// <exception cref="ModelLoadException">Neither file has them, or one is malformed.</exception>
    public static JsonField Load(string directory)
    {
        var shared = Path.Combine(directory, Shared);
        if (File.Exists(shared) && JsonField.Load(shared).Optional(Nested) is { } nested) return nested;
        return JsonField.Load(Path.Combine(directory, Own));
    }
}

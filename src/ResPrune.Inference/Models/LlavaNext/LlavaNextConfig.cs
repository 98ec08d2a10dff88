using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Llava;
using ResPrune.Inference.Processing;

namespace ResPrune.Inference.Models.LlavaNext;

/// <summary>
/// The settings of a LLaVA-NeXT folder: those of LLaVA-1.5, the resolutions of AnyRes, and a tower, a processor and a language model that fit
/// each other. Defaults: HF <c>configuration_llava_next.py</c>.
/// </summary>
internal sealed record LlavaNextConfig
{
    /// <summary>The <c>model_type</c> of this family.</summary>
    public const string ModelType = "llava_next";

    /// <summary>Tower, projector and language model.</summary>
    public required LlavaConfig Llava { get; init; }

    /// <summary>Image processor.</summary>
    public required AnyResProcessorConfig Images { get; init; }

    /// <summary><c>model_type</c> of the language model.</summary>
    public required string TextModelType { get; init; }

    /// <summary>Patches of a tile's side.</summary>
    public int PatchesASide => Llava.Vision.ImageSize / Llava.Vision.PatchSize;

    /// <summary>Reads the JSON files of a checkpoint folder.</summary>
    /// <exception cref="ModelLoadException">One is absent or malformed, asks for something this runtime does not do, or does not fit another.</exception>
    public static LlavaNextConfig Read(string directory)
    {
        var llava = LlavaConfig.Read(directory);
        var root = JsonField.Load(Path.Combine(directory, "config.json"));
        if (!root.Boolean("use_image_newline_parameter", true))
            throw root.Refuse("use_image_newline_parameter", "is false; transformers packs every row with a newline, and so does this runtime");

        var processor = ImageProcessorFile.Load(directory);
        var images = AnyResProcessorConfig.ReadProcessor(processor);
        var side = llava.Vision.ImageSize;
        if (images.TileSide != side)
            throw new ModelLoadException($"{processor.File}: makes tiles of {images.TileSide}×{images.TileSide}, the vision encoder takes {side}×{side}.");
        if (!AnyResProcessorConfig.ReadPinpoints(root, side).SequenceEqual(images.Pinpoints))
            throw new ModelLoadException($"{processor.File}: field 'image_grid_pinpoints' differs from config.json's; pictures are cut by one and packed by the other.");
        return new LlavaNextConfig
        {
            Llava = llava,
            Images = images,
            TextModelType = root["text_config"].Text("model_type", "llama"),
        };
    }
}

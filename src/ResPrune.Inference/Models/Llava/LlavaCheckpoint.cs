using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tokenization;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.Models.Llava;

/// <summary>A LLaVA-1.5 folder.</summary>
internal sealed class LlavaCheckpoint : IModelCheckpoint
{
    /// <summary>Vicuna's roles, without a system prompt.</summary>
    public static ChatTemplate Template { get; } = new("USER: ", "\n", " ASSISTANT:");

    private readonly LlavaConfig _config;
    private readonly ImageProcessorConfig _images;

    /// <summary>Reads the settings and checks that processor and encoder fit each other.</summary>
    /// <exception cref="ModelLoadException">A file is absent or malformed, or the processor's output does not fit the encoder.</exception>
    public LlavaCheckpoint(string directory)
    {
        Directory = directory;
        _config = LlavaConfig.Read(directory);
        var processor = ImageProcessorFile.Load(directory);
        _images = ImageProcessorConfig.ReadProcessor(processor);
        var side = _config.Vision.ImageSize;
        if (_images.OutputSize is not { } size)
            throw new ModelLoadException($"{processor.File}: neither crops nor resizes to one size; the vision encoder takes {side}×{side} (do_center_crop).");
        if (size != (side, side))
            throw new ModelLoadException($"{processor.File}: makes pictures of {size.Width}×{size.Height}, the vision encoder takes {side}×{side}.");
    }

    /// <inheritdoc/>
    public string Directory { get; }

    /// <inheritdoc/>
    public string ModelType => LlavaConfig.ModelType;

    /// <inheritdoc/>
    public DecoderConfig Text => _config.Text;

    /// <inheritdoc/>
    public EncoderShape Encoder => _config.Vision.Shape;

    /// <inheritdoc/>
    public string ImageToken => "<image>";

    /// <inheritdoc/>
    public int ImageTokenId => _config.ImageTokenId;

    /// <inheritdoc/>
    public IReadOnlyList<int> EosTokenIds => _config.EosTokenIds;

    /// <inheritdoc/>
    public GenerationConfig Generation => _config.Generation;

    /// <inheritdoc/>
    public double DefaultAlpha => 0.75;

    /// <inheritdoc/>
    public IImageProcessor CreateImageProcessor(double maxMegapixels) =>
        new LlavaImageProcessor(new ImageProcessor(_images, maxMegapixels), _config.VisualTokens);

    /// <inheritdoc/>
    public IPromptFormat CreatePromptFormat(ITokenizer tokenizer) => new ChatPromptFormat(tokenizer, ImageTokenId, Template);

    /// <inheritdoc/>
    public string? CanonicalName(string stored) => LlavaWeightNames.Canonical(stored);

    /// <inheritdoc/>
    public string PublishedName(string canonical) => canonical;

    /// <inheritdoc/>
    public ModelPart PartOf(string canonical) => LlavaWeightNames.PartOf(canonical);

    /// <inheritdoc/>
    public IVisionLanguageModel Build(IWeightSource weights) => new LlavaModel(_config, weights);
}

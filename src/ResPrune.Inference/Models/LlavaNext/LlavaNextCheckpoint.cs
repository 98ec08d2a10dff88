using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Models.Llava;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tokenization;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.Models.LlavaNext;

/// <summary>A LLaVA-NeXT folder.</summary>
internal sealed class LlavaNextCheckpoint : IModelCheckpoint
{
    private readonly LlavaNextConfig _config;

    /// <summary>Reads and checks the settings.</summary>
    /// <exception cref="ModelLoadException">A file is absent or malformed, asks for something this runtime does not do, or does not fit another.</exception>
    public LlavaNextCheckpoint(string directory)
    {
        Directory = directory;
        _config = LlavaNextConfig.Read(directory);
    }

    /// <inheritdoc/>
    public string Directory { get; }

    /// <inheritdoc/>
    public string ModelType => LlavaNextConfig.ModelType;

    /// <inheritdoc/>
    public DecoderConfig Text => _config.Llava.Text;

    /// <inheritdoc/>
    public EncoderShape Encoder => _config.Llava.Vision.Shape;

    /// <inheritdoc/>
    public string ImageToken => "<image>";

    /// <inheritdoc/>
    public int ImageTokenId => _config.Llava.ImageTokenId;

    /// <inheritdoc/>
    public IReadOnlyList<int> EosTokenIds => _config.Llava.EosTokenIds;

    /// <inheritdoc/>
    public GenerationConfig Generation => _config.Llava.Generation;

    /// <inheritdoc/>
    public double DefaultAlpha => 0.75;

    /// <inheritdoc/>
    public IImageProcessor CreateImageProcessor(double maxMegapixels) => new LlavaNextImageProcessor(_config, maxMegapixels);

    /// <inheritdoc/>
    public IPromptFormat CreatePromptFormat(ITokenizer tokenizer) =>
        new ChatPromptFormat(tokenizer, ImageTokenId, LlavaNextTemplates.For(_config.TextModelType, tokenizer));

    /// <inheritdoc/>
    public string? CanonicalName(string stored) =>
        stored == "model.image_newline" ? "image_newline" : LlavaWeightNames.Canonical(stored);

    /// <inheritdoc/>
    public string PublishedName(string canonical) => canonical;

    /// <inheritdoc/>
    public ModelPart PartOf(string canonical) => LlavaWeightNames.PartOf(canonical);

    /// <inheritdoc/>
    public IVisionLanguageModel Build(IWeightSource weights) => new LlavaNextModel(_config, weights);
}

using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tokenization;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>A Qwen2.5-VL folder.</summary>
internal sealed class Qwen25VLCheckpoint : IModelCheckpoint
{
    private readonly Qwen25VLConfig _config;
    private readonly Qwen25VLImageProcessorConfig _images;

    /// <summary>Reads the settings and checks that processor and encoder fit each other.</summary>
    /// <exception cref="ModelLoadException">A file is absent or malformed, or the processor's output does not fit the encoder.</exception>
    public Qwen25VLCheckpoint(string directory)
    {
        Directory = directory;
        _config = Qwen25VLConfig.Read(directory);
        var processor = ImageProcessorFile.Load(directory);
        _images = Qwen25VLImageProcessorConfig.ReadProcessor(processor);
        var vision = _config.Vision;
        Check("patch_size", _images.PatchSize, vision.PatchSize);
        Check("temporal_patch_size", _images.TemporalPatchSize, vision.TemporalPatchSize);
        Check("merge_size", _images.MergeSize, vision.MergeSize);

        void Check(string field, int made, int taken)
        {
            if (made != taken) throw new ModelLoadException($"{processor.File}: field '{field}' is {made}, but the vision encoder of config.json takes {taken}.");
        }
    }

    /// <inheritdoc/>
    public string Directory { get; }

    /// <inheritdoc/>
    public string ModelType => Qwen25VLConfig.ModelType;

    /// <inheritdoc/>
    public DecoderConfig Text => _config.Text;

    /// <inheritdoc/>
    public EncoderShape Encoder => new()
    {
        Layers = _config.Vision.Layers,
        HiddenSize = _config.Vision.HiddenSize,
        IntermediateSize = _config.Vision.IntermediateSize,
        Heads = _config.Vision.Heads,
        PatchSize = _config.Vision.PatchSize,
        PatchesPerToken = _config.Vision.MergeSize * _config.Vision.MergeSize,
    };

    /// <inheritdoc/>
    public string ImageToken => "<|image_pad|>";

    /// <inheritdoc/>
    public int ImageTokenId => _config.ImageTokenId;

    /// <inheritdoc/>
    public IReadOnlyList<int> EosTokenIds => _config.EosTokenIds;

    /// <inheritdoc/>
    public GenerationConfig Generation => _config.Generation;

    /// <inheritdoc/>
    public double DefaultAlpha => 0.3;

    /// <inheritdoc/>
    public IImageProcessor CreateImageProcessor(double maxMegapixels) => new Qwen25VLImageProcessor(_images, maxMegapixels);

    /// <inheritdoc/>
    public IPromptFormat CreatePromptFormat(ITokenizer tokenizer) => new Qwen25VLPromptFormat(tokenizer, Directory, ImageTokenId);

    /// <inheritdoc/>
    public string? CanonicalName(string stored) => Qwen25VLWeightNames.Canonical(stored);

    /// <inheritdoc/>
    public string PublishedName(string canonical) => Qwen25VLWeightNames.Published(canonical);

    /// <inheritdoc/>
    public ModelPart PartOf(string canonical) => Qwen25VLWeightNames.PartOf(canonical);

    /// <inheritdoc/>
    public IVisionLanguageModel Build(IWeightSource weights) => new Qwen25VLModel(_config, weights);
}

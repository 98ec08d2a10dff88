using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Models;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tokenization;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.Tests.Engine;

/// <summary>A checkpoint whose model fails where a test wants it to: when images are encoded, or when a token is taken.</summary>
internal sealed class FaultyCheckpoint(IModelCheckpoint inner) : IModelCheckpoint
{
    /// <summary>Called before images are encoded; may throw.</summary>
    public Action<IReadOnlyList<ImageInput>> OnEncode { get; set; } = _ => { };

    /// <summary>Called before each token is taken, the first of which ends the prefill; may throw.</summary>
    public Action OnToken { get; set; } = () => { };

    public string Directory => inner.Directory;

    public string ModelType => inner.ModelType;

    public DecoderConfig Text => inner.Text;

    public EncoderShape Encoder => inner.Encoder;

    public string ImageToken => inner.ImageToken;

    public int ImageTokenId => inner.ImageTokenId;

    public IReadOnlyList<int> EosTokenIds
    {
        get
        {
            OnToken();
            return inner.EosTokenIds;
        }
    }

    public GenerationConfig Generation => inner.Generation;

    public double DefaultAlpha => inner.DefaultAlpha;

    public IImageProcessor CreateImageProcessor(double maxMegapixels) => inner.CreateImageProcessor(maxMegapixels);

    public IPromptFormat CreatePromptFormat(ITokenizer tokenizer) => inner.CreatePromptFormat(tokenizer);

    public string? CanonicalName(string stored) => inner.CanonicalName(stored);

    public string PublishedName(string canonical) => inner.PublishedName(canonical);

    public ModelPart PartOf(string canonical) => inner.PartOf(canonical);

    public IVisionLanguageModel Build(IWeightSource weights) => new FaultyModel(inner.Build(weights), this);

    private sealed class FaultyModel(IVisionLanguageModel inner, FaultyCheckpoint owner) : IVisionLanguageModel
    {
        public DecoderModel Language => inner.Language;

        public IReadOnlyList<VisualEmbedding> Encode(IReadOnlyList<ImageInput> images)
        {
            owner.OnEncode(images);
            return inner.Encode(images);
        }

        public void Dispose() => inner.Dispose();
    }
}

using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Models.Llava;
using ResPrune.Inference.Models.Vision;
using ResPrune.TinyModel.Scenes;
using ResPrune.TinyModel.Vocabulary;

namespace ResPrune.TinyModel.Training;

/// <summary>The shape of the bundled model. Small enough to train on a CPU in under two hours, large enough for nine places and 48 nouns.</summary>
internal static class TinyModelShape
{
    public const int PatchSize = 8;

    /// <summary>Patches a side: 12.</summary>
    public const int Grid = SceneRenderer.ModelSide / PatchSize;

    /// <summary>Visual tokens of a picture: 144.</summary>
    public const int VisualTokens = Grid * Grid;

    /// <summary>The config of the exported model.</summary>
    /// <param name="vocabulary">Gives the size of the embedding table.</param>
    /// <param name="tied">True while training: one table reads and writes words; the export stores it twice.</param>
    public static LlavaConfig Config(TinyVocabulary vocabulary, bool tied) => new()
    {
        Vision = new ClipVisionConfig
        {
            HiddenSize = 128,
            IntermediateSize = 512,
            Layers = 5,
            Heads = 4,
            Channels = 3,
            ImageSize = SceneRenderer.ModelSide,
            PatchSize = PatchSize,
            LayerNormEpsilon = 1e-5,
            Activation = "quick_gelu",
        },
        Text = new DecoderConfig
        {
            VocabularySize = vocabulary.Size,
            HiddenSize = 192,
            IntermediateSize = 528,
            Layers = 4,
            Heads = 6,
            KeyValueHeads = 6,
            HeadSize = 32,
            ContextLength = 512,
            RmsNormEpsilon = 1e-5,
            RopeTheta = 10000,
            QueryKeyValueBias = false,
            AttentionOutputBias = false,
            MlpBias = false,
            TieWordEmbeddings = tied,
        },
        ImageTokenId = vocabulary.Image,
        VisionFeatureLayer = -1,
        ProjectorBias = true,
        EosTokenIds = [TinyVocabulary.EndOfText],
    };
}

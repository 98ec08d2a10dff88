using ResPrune.Inference.Engine;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Processing;

/// <summary>(10) From (image bytes, question) to what the model takes, without a device. Safe to use from any thread.</summary>
/// <param name="images">Prepares pictures.</param>
/// <param name="format">Composes prompts.</param>
internal sealed class MultimodalProcessor(ImageProcessor images, IPromptFormat format)
{
    private const string ImageToken = "<image>";

    /// <summary>The processor of a LLaVA-1.5 checkpoint folder.</summary>
    /// <param name="directory">The folder; its <c>preprocessor_config.json</c> is read.</param>
    /// <param name="tokenizer">The tokenizer of the same folder.</param>
    /// <param name="imageTokenId">The placeholder's id, of <c>config.json</c>.</param>
    /// <param name="maxMegapixels"><see cref="EngineOptions.MaxImageMegapixels"/>.</param>
    /// <exception cref="ModelLoadException">The file is missing, malformed or not supported, or the placeholder has another id in the tokenizer.</exception>
    public static MultimodalProcessor LoadLlava(string directory, ITokenizer tokenizer, int imageTokenId, double maxMegapixels)
    {
        if (tokenizer.TokenId(ImageToken) is { } id && id != imageTokenId)
        {
            throw new ModelLoadException(
                $"{Path.Combine(directory, "tokenizer.json")}: {ImageToken} has id {id}, but config.json's image token is {imageTokenId}; they must be the same.");
        }

        var config = ImageProcessorConfig.Load(Path.Combine(directory, "preprocessor_config.json"));
        return new MultimodalProcessor(new ImageProcessor(config, maxMegapixels), new LlavaPromptFormat(tokenizer, imageTokenId));
    }

    /// <summary>Prepares a request; the question is looked at first, since that is cheap.</summary>
    public InputResult<MultimodalInput> Process(ReadOnlySpan<byte> image, string question)
    {
        if (!Compose(question).TryGet(out var prompt, out var failure)) return failure;
        if (!images.Process(image).TryGet(out var pixels, out failure)) return failure;
        return new MultimodalInput(prompt, pixels);
    }

    /// <summary>The prompt for a question.</summary>
    public InputResult<MultimodalPrompt> Compose(string question) =>
        string.IsNullOrWhiteSpace(question)
            ? new InputFailure(FailureReason.QuestionEmpty, $"The question is {(question is "" ? "empty" : "only white space")}.")
            : format.Compose(question);
}

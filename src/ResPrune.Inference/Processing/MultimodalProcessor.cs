using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Processing;

/// <summary>(10) From (image bytes, question) to what the model takes, without a device. Safe to use from any thread.</summary>
/// <param name="images">Prepares pictures.</param>
/// <param name="format">Composes prompts.</param>
internal sealed class MultimodalProcessor(IImageProcessor images, IPromptFormat format)
{
    /// <summary>Prepares a request; what is asked is looked at first, since that is cheap.</summary>
    public InputResult<MultimodalInput> Process(ReadOnlySpan<byte> image, string question, ImageSizeLimits limits)
    {
        if (limits != default && !images.HasDynamicResolution)
            return new InputFailure(FailureReason.UnsupportedRequest, "min_pixels and max_pixels mean nothing to this model, whose resolution is fixed: leave them out.");
        if (!Compose(question).TryGet(out var prompt, out var failure)) return failure;
        if (!images.Process(image, limits).TryGet(out var prepared, out failure)) return failure;
        return new MultimodalInput(prompt, prepared);
    }

    /// <summary>The prompt for a question.</summary>
    public InputResult<MultimodalPrompt> Compose(string question) =>
        string.IsNullOrWhiteSpace(question)
            ? new InputFailure(FailureReason.QuestionEmpty, $"The question is {(question is "" ? "empty" : "only white space")}.")
            : format.Compose(question);
}

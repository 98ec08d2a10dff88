using System.Diagnostics;
using System.Security.Cryptography;
using ResPrune.Inference.Models;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Pruning.Conditioning;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Engine;

/// <summary>Decodes the image and tokenises the prompt of a request (9, 10); safe to use from many threads.</summary>
internal sealed class RequestPreparer
{
    private readonly LlavaConfig _config;
    private readonly MultimodalProcessor _processor;

    private RequestPreparer(LlavaConfig config, MultimodalProcessor processor)
    {
        _config = config;
        _processor = processor;
    }

    /// <summary>Reads what a checkpoint folder says about images and prompts, and checks that it fits the model.</summary>
    /// <exception cref="ModelLoadException">A file is absent or malformed, or the processor's output does not fit the encoder.</exception>
    public static RequestPreparer Create(string directory, LlavaConfig config, ITokenizer tokenizer, EngineOptions options)
    {
        var path = Path.Combine(directory, "preprocessor_config.json");
        var images = ImageProcessorConfig.Load(path);
        var side = config.Vision.ImageSize;
        if (images.OutputSize is not { } size)
            throw new ModelLoadException($"{path}: neither crops nor resizes to one size; the vision encoder takes {side}×{side} (do_center_crop).");
        if (size != (side, side))
            throw new ModelLoadException($"{path}: makes pictures of {size.Width}×{size.Height}, the vision encoder takes {side}×{side}.");
        if (tokenizer.VocabularySize > config.Text.VocabularySize)
        {
            throw new ModelLoadException(
                $"{Path.Combine(directory, "tokenizer.json")}: has {tokenizer.VocabularySize} tokens, the model only {config.Text.VocabularySize}; "
                + "it belongs to another model.");
        }

        return new RequestPreparer(config, MultimodalProcessor.LoadLlava(directory, tokenizer, config.ImageTokenId, options.MaxImageMegapixels));
    }

    /// <summary>Prepares a request, or says why it cannot be answered.</summary>
    public PreparedRequest? Prepare(PendingRequest pending, out GenerationFailure? failure)
    {
        var started = Stopwatch.GetTimestamp();
        var request = pending.Request;
        var digest = Convert.ToHexStringLower(SHA256.HashData(request.Image.Span));
        failure = null;
        if (!_processor.Process(request.Image.Span, request.Question).TryGet(out var input, out var wrong))
        {
            failure = new GenerationFailure(request.RequestId, digest, wrong.Reason, wrong.Message);
            return null;
        }

        var (prompt, pixels) = input;
        var kept = request.Pruning.Pruner == "none" ? _config.VisualTokens : request.Pruning.Keep.Resolve(_config.VisualTokens);
        var room = _config.Text.ContextLength - (prompt.Ids.Length - 1 + kept);
        if (room < 1)
        {
            failure = new GenerationFailure(
                request.RequestId,
                digest,
                FailureReason.PromptTooLong,
                $"The prompt has {prompt.Ids.Length - 1} text and {kept} visual tokens; the model's context is {_config.Text.ContextLength}.");
            return null;
        }

        return new PreparedRequest
        {
            Pending = pending,
            ImageDigest = digest,
            Pixels = pixels,
            PromptIds = prompt.Ids,
            ImagePosition = prompt.ImageIndex,
            ConditionIds = ConditionTokens.Select(
                request.Question, [.. prompt.Question.Select(token => new TextToken(token.Id, token.Start, token.End))]),
            VisualTokensKept = kept,
            MaxTokens = Math.Min(request.Sampling.MaxTokens, room),
            PreprocessSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
        };
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Models;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Pruning.Conditioning;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Engine;

/// <summary>Decodes the image and tokenises the prompt of a request (9, 10); safe to use from many threads.</summary>
internal sealed class RequestPreparer
{
    private const double Mebi = 1 << 20;

    private readonly int _contextLength;
    private readonly GenerationConfig _generation;
    private readonly MultimodalProcessor _processor;
    private readonly ImageCost _imageCost;

    private RequestPreparer(IModelCheckpoint checkpoint, MultimodalProcessor processor, ImageCost imageCost)
    {
        _contextLength = checkpoint.Text.ContextLength;
        _generation = checkpoint.Generation;
        _processor = processor;
        _imageCost = imageCost;
    }

    /// <summary>Brings a checkpoint's processors together, and checks that its tokenizer is its own.</summary>
    /// <exception cref="ModelLoadException">The tokenizer belongs to another model.</exception>
    public static RequestPreparer Create(IModelCheckpoint checkpoint, ITokenizer tokenizer, EngineOptions options)
    {
        var path = Path.Combine(checkpoint.Directory, TokenizerLoader.FileName);
        if (tokenizer.VocabularySize > checkpoint.Text.VocabularySize)
        {
            throw new ModelLoadException(
                $"{path}: has {tokenizer.VocabularySize} tokens, and the model's embedding only {checkpoint.Text.VocabularySize} rows (vocab_size of config.json): it belongs to "
                + "another model, or tokens were added to it. Use the model's own tokenizer, or resize the embedding with transformers "
                + "(model.resize_token_embeddings(len(tokenizer))) and save both.");
        }

        TokenizerLoader.RequireImageToken(checkpoint.Directory, tokenizer, checkpoint.ImageToken, checkpoint.ImageTokenId);
        var images = checkpoint.CreateImageProcessor(options.MaxImageMegapixels);
        return new RequestPreparer(
            checkpoint,
            new MultimodalProcessor(images, checkpoint.CreatePromptFormat(tokenizer)),
            new ImageCost(images, checkpoint.Encoder, options.MaxImageMegapixels));
    }

    /// <summary>
    /// Prepares a request, or says why it cannot be answered. Blocks until the budget has room for its image; its share is the request's until it has
    /// an outcome.
    /// </summary>
    /// <exception cref="OperationCanceledException">The request was cancelled while it waited.</exception>
    public PreparedRequest? Prepare(PendingRequest pending, PixelBudget pixels, out GenerationFailure? failure)
    {
        var request = pending.Request;
        var digest = Convert.ToHexStringLower(SHA256.HashData(request.Image.Span));
        var need = _imageCost.Of(request.Image.Span, request.ImageSize);
        pending.Pixels = pixels.Take(need, pending.CancellationToken);
        if (need > pixels.Bytes && AvailableMemory.Bytes() is var free && need > free)
        {
            failure = new GenerationFailure(request.RequestId, digest, FailureReason.OutOfMemory, string.Create(
                CultureInfo.InvariantCulture,
                $"Decoding the image takes about {need / Mebi:F0} MiB, and {free / Mebi:F0} MiB are free when it is alone: make it smaller, or give more memory."));
            return null;
        }

        var started = Stopwatch.GetTimestamp();
        failure = null;
        if (!_processor.Process(request.Image.Span, request.Question, request.ImageSize).TryGet(out var input, out var wrong))
        {
            failure = new GenerationFailure(request.RequestId, digest, wrong.Reason, wrong.Message);
            return null;
        }

        var (prompt, image) = input;
        pending.Pixels.ChangeTo((long)image.Pixels.Data.Length * sizeof(float));
        var layout = image.Layout;
        var budget = request.Pruning.Pruner == "none" ? layout.Prunable : request.Pruning.Keep.Resolve(layout.Prunable);
        var kept = budget + layout.Newlines.Count;
        var room = _contextLength - (prompt.Ids.Length - 1 + kept);
        if (room < 1)
        {
            failure = new GenerationFailure(
                request.RequestId,
                digest,
                FailureReason.PromptTooLong,
                $"The prompt has {prompt.Ids.Length - 1} text and {kept} visual tokens; the model's context is {_contextLength}.");
            return null;
        }

        return new PreparedRequest
        {
            Pending = pending,
            ImageDigest = digest,
            Image = image,
            PromptIds = prompt.Ids,
            ImagePosition = prompt.ImageIndex,
            ConditionIds = ConditionTokens.Select(
                request.Question, [.. prompt.Question.Select(token => new TextToken(token.Id, token.Start, token.End))]),
            Budget = budget,
            MaxTokens = Math.Min(request.Sampling.MaxTokens, room),
            Sampling = request.Sampling.Over(_generation),
            PreprocessSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds,
        };
    }
}

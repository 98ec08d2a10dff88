using ResPrune.Batch.Batches;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Pruning;

namespace ResPrune.Cluster.Workers;

/// <summary>Turns a line of a batch into a request to the engine: the batch's settings with the line's own over them.</summary>
internal static class GenerationRequests
{
    /// <summary>What is wrong with a line's own token budget; null when it has none, or a good one.</summary>
    public static string? KeepFaultOf(BatchRequestLine line)
    {
        try
        {
            if (line.Keep is { } keep) TokenBudget.Parse(keep);
            return null;
        }
        catch (FormatException exception)
        {
            return $"'keep': {exception.Message}";
        }
    }

    /// <summary>The request of one line about its fetched image.</summary>
    public static GenerationRequest For(BatchId batch, BatchSpec spec, BatchRequestLine line, FetchedImage image)
    {
        var sampling = spec.SamplingFor(line);
        return new GenerationRequest
        {
            RequestId = batch.RequestId(line.LineNumber),
            Image = image.Bytes,
            Question = line.Question,
            Sampling = new SamplingParameters
            {
                MaxTokens = sampling.MaxTokens,
                Temperature = sampling.Temperature,
                TopP = sampling.TopP,
                TopK = sampling.TopK,
                Seed = sampling.Seed,
            },
            Pruning = new PruningOptions
            {
                Keep = TokenBudget.Parse(line.Keep ?? spec.Keep),
                Pruner = spec.Pruner,
                Alpha = spec.Alpha,
                Epsilon = spec.Epsilon,
                // The job's seed: a line's own sampling seed must not change which tokens it sees.
                Seed = spec.Seed,
            },
            ImageSize = new ImageSizeLimits(spec.MinPixels, spec.MaxPixels),
        };
    }
}

using System.Security.Cryptography;
using ResPrune.Inference.Engine;

namespace ResPrune.Load.Timekeeping;

/// <summary>What a device that only keeps time says: of no content, but with the picture's digest and the work of a real answer.</summary>
internal static class TimekeepingAnswer
{
    /// <summary>Its model.</summary>
    /// <param name="device">Name of the device.</param>
    public static ModelDescription Model(string device) => new("timekeeping", "timekeeping", 0, device, "none", new string('0', 64), 0);

    /// <summary>An answer.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="share">The request's share of its micro-batch's time.</param>
    public static GenerationResult To(GenerationRequest request, TimeSpan share) => new(
        request.RequestId,
        Convert.ToHexStringLower(SHA256.HashData(request.Image.Span)),
        $"an answer to {request.Question}",
        FinishReason.Stop,
        new TokenUsage(600, 8, 576, request.Pruning.Keep.Resolve(576)),
        new RequestWork(0, 0, 0, share.TotalSeconds, 0, 1e12, 1e12, 1 << 20, 1 << 20));
}

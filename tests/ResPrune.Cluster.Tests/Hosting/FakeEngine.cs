using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>Answers with a hash of the image bytes and the question, so that an answer given to the wrong row shows.</summary>
internal sealed class FakeEngine : IVisionLanguageEngine
{
    private readonly ConcurrentQueue<GenerationRequest> _requests = new();
    private int _inFlight;
    private int _mostInFlight;
    private long _answered;

    /// <summary>Runs before each answer; may wait, throw, or give another outcome.</summary>
    public Func<GenerationRequest, CancellationToken, Task<GenerationOutcome?>>? Before { get; set; }

    public IReadOnlyCollection<GenerationRequest> Requests => _requests;

    public int InFlight => Volatile.Read(ref _inFlight);

    public int MostInFlight => Volatile.Read(ref _mostInFlight);

    public ModelDescription Model { get; } = new("fake", "llava", 1, "cpu", "float32", new string('0', 64), 0.75);

    public EngineStatistics Statistics => new(Interlocked.Read(ref _answered), _answered * 0.003, _answered * 0.001, 0, InFlight);

    public static string AnswerTo(ReadOnlySpan<byte> image, string question) =>
        Convert.ToHexStringLower(SHA256.HashData([.. image, .. Encoding.UTF8.GetBytes(question)]))[..16];

    public async Task<GenerationOutcome> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        _requests.Enqueue(request);
        var now = Interlocked.Increment(ref _inFlight);
        InterlockedMax(ref _mostInFlight, now);
        try
        {
            await Task.Yield();
            if (Before is { } before && await before(request, cancellationToken) is { } other) return other;
            cancellationToken.ThrowIfCancellationRequested();
            Interlocked.Increment(ref _answered);
            return new GenerationResult(
                request.RequestId,
                Convert.ToHexStringLower(SHA256.HashData(request.Image.Span)),
                AnswerTo(request.Image.Span, request.Question),
                FinishReason.Stop,
                new TokenUsage(40, 5, 100, request.Pruning.Keep.Resolve(100)),
                new RequestWork(0.001, 0.002, 0.0005, 0.003, 0.004, 1e6, 3e6, 1000, 3000));
        }
        finally
        {
            Interlocked.Decrement(ref _inFlight);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
            if (Interlocked.CompareExchange(ref target, value, seen) == seen) return;
    }
}

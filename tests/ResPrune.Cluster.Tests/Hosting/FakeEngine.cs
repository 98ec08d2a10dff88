using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using ResPrune.Inference.Engine;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>Answers with a hash of the image bytes and the question, so that an answer given to the wrong row shows.</summary>
internal sealed class FakeEngine : IVisionLanguageEngine
{
    /// <summary>Digest of its weights.</summary>
    public static readonly string Weights = new('0', 64);

    private readonly ConcurrentQueue<GenerationRequest> _requests = new();
    private readonly TaskCompletionSource<string> _failure = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _checks;
    private int _inFlight;
    private int _mostInFlight;
    private long _answered;

    /// <summary>Runs before each answer; may wait, throw, or give another outcome.</summary>
    public Func<GenerationRequest, CancellationToken, Task<GenerationOutcome?>>? Before { get; set; }

    public IReadOnlyCollection<GenerationRequest> Requests => _requests;

    public int InFlight => Volatile.Read(ref _inFlight);

    public int MostInFlight => Volatile.Read(ref _mostInFlight);

    public ModelDescription Model { get; init; } = new("fake", "llava", 1, "cpu", "float32", Weights, 0.75);

    /// <summary>Whether the device computes rightly; asked at each check.</summary>
    public Func<bool> IsSound { get; set; } = () => true;

    /// <summary>How often it was checked.</summary>
    public int Checks => Volatile.Read(ref _checks);

    public Task<string> DeviceFailure => _failure.Task;

    public EngineStatistics Statistics => new(Interlocked.Read(ref _answered), _answered * 0.003, _answered * 0.001, 0, InFlight);

    public Task CheckDeviceAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _checks);
        if (!_failure.Task.IsCompleted && IsSound()) return Task.CompletedTask;
        throw Fail("a matrix product came out wrong");
    }

    /// <summary>The device fails, as its driver would say it.</summary>
    public DeviceFailedException Fail(string reason)
    {
        var exception = new DeviceFailedException("cpu", reason);
        _failure.TrySetResult(exception.Message);
        return exception;
    }

    /// <summary>Digest of a request's image, as an answer carries it.</summary>
    public static string DigestOf(GenerationRequest request) => Convert.ToHexStringLower(SHA256.HashData(request.Image.Span));

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
                DigestOf(request),
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

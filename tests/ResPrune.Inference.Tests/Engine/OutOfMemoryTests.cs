using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using ResPrune.Golden;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Models.Llava;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tests.Models;
using ResPrune.Inference.Tokenization;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Engine;

#pragma warning disable CA2201 // The very types that torch and the runtime throw.

/// <summary>The device loop when memory runs out in whatever stage: in encode, in prefill, in decode, by torch's words and the runtime's.</summary>
[Collection(nameof(TensorCounting))]
public sealed class OutOfMemoryTests : IDisposable
{
    private const string Native = "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 4096 bytes. Error code 12 (Cannot allocate memory)\nframe #0";

    private readonly FaultyCheckpoint _checkpoint = new(ModelFamilies.Open(GoldenModel.First(LlavaConfig.ModelType).Directory));
    private readonly ITokenizer _tokenizer;
    private readonly RequestPreparer _preparer;
    private readonly long _bytesPerToken;
    private long _free = long.MaxValue;

    public OutOfMemoryTests()
    {
        _tokenizer = TokenizerLoader.LoadFolder(_checkpoint.Directory);
        _preparer = RequestPreparer.Create(_checkpoint, _tokenizer, new EngineOptions { ModelDirectory = _checkpoint.Directory });
        using var cache = new KvCache(_checkpoint.Text, CPU, ScalarType.Float32);
        _bytesPerToken = cache.BytesPerToken;
    }

    private enum Stage
    {
        Encode,
        Prefill,
        Decode,
    }

    public static TheoryData<string> Stages => [.. Enum.GetNames<Stage>()];

    public void Dispose() => _checkpoint.OnToken = () => { };

    [Theory]
    [MemberData(nameof(Stages))]
    public void What_does_not_fit_together_is_answered_in_smaller_batches(string stage)
    {
        var expected = Run(Requests(8));
        var batches = new List<int>();
        FailWhile(Enum.Parse<Stage>(stage), batch => batch.Count > 2, batches);
        Assert.Equal(expected.Select(TextOf), Run(Requests(8)).Select(TextOf));
        Assert.Equal([8, 4, 2, 2, 4, 2, 2], batches);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public void What_fails_alone_fails_alone_and_the_next_ones_are_answered(string stage)
    {
        // The failing one is known by its image, which no other has.
        var requests = Requests(6);
        FailWhile(Enum.Parse<Stage>(stage), batch => batch.Contains(requests[3].Image), []);
        var outcomes = Run(requests);
        var failure = Assert.IsType<GenerationFailure>(outcomes[3]);
        Assert.Equal((FailureReason.OutOfMemory, requests[3].Request.RequestId), (failure.Reason, failure.RequestId));
        Assert.Contains("tokens", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("frame #0", failure.Message, StringComparison.Ordinal);
        Assert.All(outcomes.Where((_, i) => i != 3), outcome => Assert.IsType<GenerationResult>(outcome));
        Assert.All(Run(Requests(3)), outcome => Assert.IsType<GenerationResult>(outcome));
    }

    [Fact]
    public void Managed_memory_that_runs_out_costs_one_request_and_not_the_device_thread()
    {
        _checkpoint.OnEncode = _ => throw new OutOfMemoryException();
        Assert.Equal(FailureReason.OutOfMemory, Assert.IsType<GenerationFailure>(Assert.Single(Run(Requests(1)))).Reason);
    }

    [Fact]
    public void Other_faults_of_torch_stay_engine_errors()
    {
        _checkpoint.OnEncode = _ => throw new ExternalException("The size of tensor a (3) must match the size of tensor b (4)");
        Assert.Equal(FailureReason.EngineError, Assert.IsType<GenerationFailure>(Assert.Single(Run(Requests(1)))).Reason);
    }

    [Fact]
    public void Long_requests_beside_short_ones_are_answered_within_the_memory_there_is()
    {
        var requests = Requests(8).Select((request, i) => i % 2 == 0 ? request with { MaxTokens = 1000 } : request).ToArray();
        var expected = Run(requests);
        var sizes = new List<int>();
        _checkpoint.OnEncode = images => sizes.Add(images.Count);
        var two = 2 * requests.Max(MemoryPlan.Need);
        _free = (long)(two * _bytesPerToken / 0.6) + 4096;
        requests = [.. Requests(8).Select((request, i) => i % 2 == 0 ? request with { MaxTokens = 1000 } : request)];
        var peak = 0L;
        Assert.Equal(expected.Select(TextOf), Run(requests, runner => peak = Math.Max(peak, runner.CacheBytes)).Select(TextOf));
        Assert.InRange(peak, 1, (long)(two + 64) * _bytesPerToken);
        Assert.True(sizes.Count > 2, $"One batch of {string.Join(", ", sizes)} took them all.");
    }

    [Fact]
    public void An_answer_that_outgrows_the_memory_fails_alone_and_says_how_many_tokens_fit()
    {
        var requests = Requests(3);
        var longest = requests.Max(MemoryPlan.Need);
        _free = (long)((longest + 20) * _bytesPerToken / 0.6) + 4096;
        var sampling = requests[1].Request.Sampling with { IgnoreEos = true, MaxTokens = 2000 };
        var endless = requests[1].Pending.Request with { Sampling = sampling };
        requests[1] = requests[1] with { Pending = new PendingRequest(endless, CancellationToken.None), MaxTokens = 2000 };
        var outcomes = Run(requests);
        var failure = Assert.IsType<GenerationFailure>(outcomes[1]);
        Assert.Equal(FailureReason.OutOfMemory, failure.Reason);
        Assert.Contains("tokens fit", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, outcomes.OfType<GenerationResult>().Count());
    }

    [Fact]
    public void A_prompt_that_cannot_be_cached_fails_before_it_is_worked_on()
    {
        _free = 4096;
        _checkpoint.OnEncode = _ => Assert.Fail("It was worked on.");
        Assert.All(Run(Requests(3)), outcome => Assert.Equal(FailureReason.OutOfMemory, ((GenerationFailure)outcome).Reason));
    }

    private void FailWhile(Stage stage, Func<IReadOnlyList<ImageInput>, bool> fails, List<int> batches)
    {
        IReadOnlyList<ImageInput> batch = [];
        var taken = 0;
        _checkpoint.OnEncode = images =>
        {
            batches.Add(images.Count);
            (batch, taken) = (images, 0);
            if (stage == Stage.Encode && fails(batch)) throw new ExternalException(Native);
        };
        _checkpoint.OnToken = () =>
        {
            taken++;
            if (stage == (taken <= batch.Count ? Stage.Prefill : Stage.Decode) && fails(batch)) throw new ExternalException(Native);
        };
    }

    private PreparedRequest[] Requests(int count)
    {
        var images = GoldenData.Files("images").ToArray();
        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                var request = new GenerationRequest
                {
                    RequestId = $"r{i}",
                    Image = File.ReadAllBytes(images[i % images.Length]),
                    Question = "What is this?",
                    Sampling = new SamplingParameters { MaxTokens = 6, IgnoreEos = false },
                };
                return _preparer.Prepare(new PendingRequest(request, CancellationToken.None), new PixelBudget(1L << 30), out var failure) ?? throw new InvalidDataException(failure!.Message);
            }),
        ];
    }

    /// <summary>Runs the loop over the requests, which are all ready when it starts.</summary>
    private GenerationOutcome[] Run(PreparedRequest[] requests, Action<MicroBatchRunner>? afterEach = null)
    {
        var before = Tensor.TotalCount;
        using (var weights = CheckpointWeights.Open(_checkpoint.Directory, _checkpoint.CanonicalName, CPU, RunningDType.Float32))
        using (var model = LoadModel(weights))
        using (var runner = new MicroBatchRunner(_checkpoint, model, _tokenizer, new DeviceMemory(() => _free, includesCache: true), instruments: null))
        {
            var ready = Channel.CreateUnbounded<PreparedRequest>();
            foreach (var request in requests) Assert.True(ready.Writer.TryWrite(request));
            ready.Writer.Complete();
            var token = _checkpoint.OnToken;
            _checkpoint.OnToken = () =>
            {
                afterEach?.Invoke(runner);
                token();
            };
            new EngineLoop(ready.Reader, runner, requests.Length, () => 0, instruments: null, NullLogger.Instance, new DeviceChecks()).Run();
            _checkpoint.OnToken = token;
        }

        Assert.Equal(before, Tensor.TotalCount);
        Assert.All(requests, request => Assert.True(request.Pending.Outcome.IsCompleted, $"{request.Request.RequestId} got no outcome."));
        return [.. requests.Select(request => request.Pending.Outcome.Result)];
    }

    private IVisionLanguageModel LoadModel(CheckpointWeights weights)
    {
        using var noGrad = no_grad();
        return _checkpoint.Build(weights);
    }

    private static string TextOf(GenerationOutcome outcome) => Assert.IsType<GenerationResult>(outcome).Text;
}

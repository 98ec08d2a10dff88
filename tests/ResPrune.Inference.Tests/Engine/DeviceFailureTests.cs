using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using ResPrune.Golden;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Models.Llava;
using ResPrune.Inference.Tests.Models;
using ResPrune.Inference.Tokenization;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Engine;

#pragma warning disable CA2201 // The very type that torch throws.

/// <summary>A device that breaks, by its driver's words or by what it computes.</summary>
[Collection(nameof(TensorCounting))]
public sealed class DeviceFailureTests
{
    private readonly FaultyCheckpoint _checkpoint = new(ModelFamilies.Open(GoldenModel.First(LlavaConfig.ModelType).Directory));
    private readonly DeviceChecks _checks = new();

    [Fact]
    public async Task A_sticky_error_of_the_driver_fails_all_requests_and_is_no_outcome_of_any()
    {
        _checkpoint.OnEncode = _ => throw new ExternalException("CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be …");
        var requests = Run(6, batchSize: 4, check: () => _checks.AskAsync(CancellationToken.None));

        foreach (var request in requests)
        {
            var failed = await Assert.ThrowsAsync<DeviceFailedException>(() => request.Pending.Outcome);
            Assert.Contains("illegal memory access", failed.Message, StringComparison.Ordinal);
        }

        Assert.Contains("illegal memory access", await _checks.Failure, StringComparison.Ordinal);
        await Assert.ThrowsAsync<DeviceFailedException>(() => _checks.AskAsync(CancellationToken.None));
    }

    [Fact]
    public void An_error_that_nothing_explains_costs_its_request_alone_when_the_device_proves_that_it_works()
    {
        _checkpoint.OnEncode = images =>
        {
            if (images.Count > 1 || images[0].Layout.Tokens < 0) throw new InvalidOperationException("together");
        };
        Assert.All(Run(3, batchSize: 3), request => Assert.IsType<GenerationResult>(request.Pending.Outcome.Result));

        _checkpoint.OnEncode = _ => throw new InvalidOperationException("a bug");
        Assert.All(Run(2, batchSize: 2), request =>
            Assert.Equal(FailureReason.EngineError, Assert.IsType<GenerationFailure>(request.Pending.Outcome.Result).Reason));
        Assert.False(_checks.Failure.IsCompleted);
    }

    [Fact]
    public async Task Weights_that_changed_in_memory_are_found_by_the_next_check_and_after_an_unexplained_error()
    {
        Tensor? weight = null;
        Task? asked = null;
        _checkpoint.OnEncode = _ =>
        {
            using var noGrad = no_grad();
            // In place, as a flipped bit would be; what is returned is the weight itself.
            weight!.zero_();
            asked = _checks.AskAsync(CancellationToken.None);
        };
        Run(1, batchSize: 1, loaded: model => weight = model.Language.Parameters.Last());

        var failed = await Assert.ThrowsAsync<DeviceFailedException>(() => asked!);
        Assert.Contains("the logits of a fixed prompt", failed.Message, StringComparison.Ordinal);
        Assert.Equal("cpu", failed.Device);
    }

    [Fact]
    public async Task A_check_of_a_sound_device_passes_also_while_it_is_idle()
    {
        await using var engine = await VisionLanguageEngine.LoadAsync(new EngineOptions { ModelDirectory = _checkpoint.Directory, Device = "cpu" });
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => engine.CheckDeviceAsync(CancellationToken.None)));
        await engine.CheckDeviceAsync(CancellationToken.None);
        Assert.False(engine.DeviceFailure.IsCompleted);
        await engine.DisposeAsync();
        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => engine.CheckDeviceAsync(CancellationToken.None));
    }

    private PreparedRequest[] Run(int count, int batchSize, Func<Task>? check = null, Action<IVisionLanguageModel>? loaded = null)
    {
        var tokenizer = TokenizerLoader.LoadFolder(_checkpoint.Directory);
        var preparer = RequestPreparer.Create(_checkpoint, tokenizer, new EngineOptions { ModelDirectory = _checkpoint.Directory });
        var images = GoldenData.Files("images").ToArray();
        PreparedRequest[] requests =
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                var request = new GenerationRequest
                {
                    RequestId = $"r{i}",
                    Image = File.ReadAllBytes(images[i % images.Length]),
                    Question = "What is this?",
                    Sampling = new SamplingParameters { MaxTokens = 3 },
                };
                return preparer.Prepare(new PendingRequest(request, CancellationToken.None), new PixelBudget(1L << 30), out var failure)
                    ?? throw new InvalidDataException(failure!.Message);
            }),
        ];
        var before = Tensor.TotalCount;
        using (var weights = CheckpointWeights.Open(_checkpoint.Directory, _checkpoint.CanonicalName, CPU, RunningDType.Float32))
        using (var model = Build(weights))
        using (var runner = new MicroBatchRunner(_checkpoint, model, tokenizer, new DeviceMemory(() => long.MaxValue, includesCache: true), instruments: null))
        {
            loaded?.Invoke(model);
            var ready = Channel.CreateUnbounded<PreparedRequest>();
            foreach (var request in requests) Assert.True(ready.Writer.TryWrite(request));
            ready.Writer.Complete();
            _ = check?.Invoke();
            new EngineLoop(ready.Reader, runner, batchSize, () => 0, instruments: null, NullLogger.Instance, _checks).Run();
        }

        Assert.Equal(before, Tensor.TotalCount);
        Assert.All(requests, request => Assert.True(request.Pending.Outcome.IsCompleted, $"{request.Request.RequestId} got no outcome."));
        return requests;
    }

    private IVisionLanguageModel Build(CheckpointWeights weights)
    {
        using var noGrad = no_grad();
        return _checkpoint.Build(weights);
    }
}

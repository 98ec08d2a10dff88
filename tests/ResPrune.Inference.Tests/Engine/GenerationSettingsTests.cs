using ResPrune.Golden;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Tests.Models;
using ResPrune.Inference.Tests.Weights;
using ResPrune.Inference.Tokenization;
using ResPrune.Inference.Weights;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Engine;

/// <summary>A folder's <c>generation_config.json</c> decides answers where the request does not, in every family.</summary>
[Collection(nameof(TensorCounting))]
public sealed class GenerationSettingsTests
{
    private const int Tokens = 8;

    public static TheoryData<string> Models() => GoldenModel.Folders();

    [Theory]
    [MemberData(nameof(Models))]
    public void WhatTheFileBarsIsNotSaidAndTheRestIsAsItWas(string model)
    {
        var greedy = Answer(model, "{}");
        Assert.NotEmpty(greedy);
        Assert.DoesNotContain(greedy[0], Answer(model, $$"""{"suppress_tokens": [{{greedy[0]}}]}"""));
        var begin = Answer(model, $$"""{"begin_suppress_tokens": [{{greedy[0]}}]}""");
        Assert.NotEqual(greedy[0], begin[0]);
        var runs = Answer(model, $$"""{"bad_words_ids": [[{{greedy[0]}}, {{greedy[1]}}]]}""");
        Assert.Equal(greedy[0], runs[0]);
        Assert.NotEqual(greedy[1], runs[1]);

        // What is first said would end the answer, and may not yet.
        Assert.Empty(Answer(model, $$"""{"eos_token_id": [{{greedy[0]}}]}""", ignoreEos: false));
        var late = Answer(model, $$"""{"eos_token_id": [{{greedy[0]}}], "min_new_tokens": 3}""", ignoreEos: false);
        Assert.True(late.Length >= 3);
        Assert.DoesNotContain(greedy[0], late);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void APenaltyOfTheFileIsThatOfARequestAndTheRequestsOwnGoesBeforeIt(string model)
    {
        const string Json = """{"repetition_penalty": 0.01}""";
        var greedy = Answer(model, "{}");
        var asked = Answer(model, "{}", new SamplingParameters { RepetitionPenalty = 0.01 });
        var filed = Answer(model, Json);
        Assert.Equal(asked, filed);
        Assert.NotEqual(greedy, filed); // What the prompt has becomes likelier than anything else.
        Assert.Equal(greedy, Answer(model, Json, new SamplingParameters { RepetitionPenalty = 1 }));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void TheFileIsSampledByWhereTheRequestDoesNotSay(string model)
    {
        const string Json = """{"do_sample": true, "temperature": 20, "top_k": 0}""";
        var greedy = Answer(model, "{}");
        var asked = Answer(model, "{}", new SamplingParameters { Temperature = 20, Seed = 3 });
        Assert.NotEqual(greedy, asked);
        Assert.Equal(asked, Answer(model, Json, new SamplingParameters { Seed = 3 }));
        Assert.Equal(greedy, Answer(model, Json, new SamplingParameters { Temperature = 0, Seed = 3 }));
        Assert.Equal(greedy, Answer(model, Json, new SamplingParameters { TopK = 1, Seed = 3 }));

        // The published Qwen2.5-VL: greedy in all but the name.
        Assert.Equal(greedy, Answer(model, """{"do_sample": true, "temperature": 0.000001}""", new SamplingParameters { Seed = 3 }));
        Assert.Equal(greedy, Answer(model, """{"temperature": 20}"""));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task WhatTheFileDecidesAndWhatIsNotDoneIsNoticed(string model)
    {
        using var folder = new CheckpointFolder(model);
        await File.WriteAllTextAsync(folder.In("generation_config.json"), """{"repetition_penalty": 1.05, "num_beams": 4}""");
        await using var engine = await LoadAsync(folder);
        Assert.Equal("repetition_penalty=1.05", engine.Model.Generation);
        Assert.Contains(engine.Model.Notices, notice => notice.Contains("answers chosen with repetition_penalty=1.05", StringComparison.Ordinal));
        Assert.Contains(engine.Model.Notices, notice => notice.Contains("generation_config.json asks for num_beams=4, which is not used here", StringComparison.Ordinal));
    }

    /// <summary>The ids of an answer of a copy of a model with this <c>generation_config.json</c>.</summary>
    private static int[] Answer(string model, string json, SamplingParameters? sampling = null, bool ignoreEos = true)
    {
        using var folder = new CheckpointFolder(model);
        File.WriteAllText(folder.In("generation_config.json"), json);
        var request = new GenerationRequest
        {
            RequestId = "r",
            Image = File.ReadAllBytes(GoldenData.Files("images")[0]),
            Question = "What is this?",
            Sampling = (sampling ?? new SamplingParameters()) with { MaxTokens = Tokens, IgnoreEos = ignoreEos },
        };
        using var inference = inference_mode();
        var checkpoint = ModelFamilies.Open(folder.Path);
        var tokenizer = TokenizerLoader.LoadFolder(folder.Path);
        using var loaded = CheckpointModel.Load(checkpoint, CPU, RunningDType.Float32);
        var pixels = new PixelBudget(1L << 30);
        using var runner = new MicroBatchRunner(checkpoint, loaded.Model, tokenizer, DeviceMemory.Of(CPU, pixels), instruments: null);
        var preparer = RequestPreparer.Create(checkpoint, tokenizer, new EngineOptions { ModelDirectory = folder.Path });
        var prepared = preparer.Prepare(new PendingRequest(request, CancellationToken.None), pixels, out var failure);
        Assert.Null(failure);
        int[] ids = [];
        runner.Run(new MicroBatch([prepared!], MemoryPlan.Need(prepared!)), (sequence, outcome) =>
        {
            Assert.IsType<GenerationResult>(outcome);
            ids = [.. sequence.Generated];
        });
        return ids;
    }

    private static Task<VisionLanguageEngine> LoadAsync(CheckpointFolder folder) =>
        VisionLanguageEngine.LoadAsync(new EngineOptions { ModelDirectory = folder.Path, Device = "cpu", DType = "float32" });
}

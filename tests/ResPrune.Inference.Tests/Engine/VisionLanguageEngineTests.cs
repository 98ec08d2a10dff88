using ResPrune.Golden;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Llava;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.Tests.Models;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Engine;

[Collection(nameof(TensorCounting))]
public sealed class VisionLanguageEngineTests
{
    private static readonly string Model = GoldenModel.First(LlavaConfig.ModelType).Directory;

    private static readonly string[] Questions =
        ["What color is the card?", "Describe the image.", "Is there a dog?", "How many?", "Where is the cat in this picture?"];

    [Fact]
    public async Task AnAnswerIsTheSameAloneAndAmongStrangersAndInAnyOrder()
    {
        var requests = Requests(TokenBudget.Parse("1/3")).ToArray();
        var alone = await AnswersAsync(requests, batchSize: 1);
        Assert.Equal(alone, await AnswersAsync(requests, batchSize: 8));
        Assert.Equal(alone, await AnswersAsync([.. requests.Reverse()], batchSize: 5));
        Assert.True(alone.Values.Distinct().Count() > 1, "All answers are the same: the comparison shows nothing.");
    }

    [Fact]
    public async Task SamplingDependsOnTheSeedAndNotOnTheNeighbours()
    {
        var requests = Requests(TokenBudget.All)
            .Select((request, i) => request with { Sampling = new SamplingParameters { MaxTokens = 8, Temperature = 1, TopP = 0.9, TopK = 50, Seed = i } })
            .ToArray();
        var alone = await AnswersAsync(requests, batchSize: 1);
        Assert.Equal(alone, await AnswersAsync(requests, batchSize: 8));
        var reseeded = requests.Select(request => request with { Sampling = request.Sampling with { Seed = 1000 + request.Sampling.Seed } }).ToArray();
        Assert.NotEqual(alone, await AnswersAsync(reseeded, batchSize: 8));
    }

    [Fact]
    public async Task NothingStaysBehindInMemory()
    {
        var before = Tensor.TotalCount;
        await using (var engine = await LoadAsync(4))
        {
            await RunAsync(engine, Requests(TokenBudget.Parse("12")));
            var warm = Tensor.TotalCount;
            for (var round = 0; round < 3; round++) await RunAsync(engine, Requests(TokenBudget.Parse("12")));
            Assert.Equal(warm, Tensor.TotalCount);
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public async Task BadInputIsAnOutcomeAndTheRestIsAnswered()
    {
        await using var engine = await LoadAsync(8);
        var good = Requests(TokenBudget.All).First();
        var cases = new (GenerationRequest Request, FailureReason? Reason)[]
        {
            (good, null),
            (good with { Image = ReadOnlyMemory<byte>.Empty }, FailureReason.ImageUndecodable),
            (good with { Image = "this is text"u8.ToArray() }, FailureReason.ImageUnsupported),
            (good with { Image = good.Image[..(good.Image.Length / 2)] }, FailureReason.ImageUndecodable),
            (good with { Question = " \t" }, FailureReason.QuestionEmpty),
            (good with { Question = string.Concat(Enumerable.Repeat("word ", 5000)) }, FailureReason.PromptTooLong),
            (good with { RequestId = "last" }, null),
        };
        var outcomes = await Task.WhenAll(cases.Select(item => engine.GenerateAsync(item.Request, CancellationToken.None)));
        for (var i = 0; i < cases.Length; i++) Assert.Equal(cases[i].Reason, (outcomes[i] as GenerationFailure)?.Reason);
    }

    [Fact]
    public async Task TheOutcomeSaysWhatWasSaved()
    {
        await using var engine = await LoadAsync(1);
        var result = Assert.IsType<GenerationResult>(await engine.GenerateAsync(Requests(TokenBudget.Parse("1/4")).First(), CancellationToken.None));
        Assert.InRange(result.Usage.VisualTokensKept, 1, result.Usage.VisualTokensTotal);
        Assert.Equal(TokenBudget.Parse("1/4").Resolve(result.Usage.VisualTokensTotal), result.Usage.VisualTokensKept);
        Assert.True(result.Work.PrefillFlops < result.Work.PrefillFlopsUnpruned);
        Assert.True(result.Work.KvBytes < result.Work.KvBytesUnpruned);
        Assert.True(result.Work.PruneSeconds > 0);
    }

    [Fact]
    public async Task ACancelledRequestEndsAndTheEngineGoesOn()
    {
        await using var engine = await LoadAsync(2);
        using var cancellation = new CancellationTokenSource();
        var endless = Requests(TokenBudget.All).First() with { Sampling = new SamplingParameters { MaxTokens = 4000, IgnoreEos = true } };
        var task = engine.GenerateAsync(endless, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.IsType<GenerationResult>(await engine.GenerateAsync(Requests(TokenBudget.All).First(), CancellationToken.None));
    }

    [Fact]
    public async Task DisposingCancelsWhatIsUnderWay()
    {
        var engine = await LoadAsync(2);
        var endless = Requests(TokenBudget.All).First() with { Sampling = new SamplingParameters { MaxTokens = 4000, IgnoreEos = true } };
        var tasks = Enumerable.Range(0, 20).Select(_ => engine.GenerateAsync(endless, CancellationToken.None)).ToArray();
        await engine.DisposeAsync();
        foreach (var task in tasks) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WaitAsync(TimeSpan.FromSeconds(60)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => engine.GenerateAsync(endless, CancellationToken.None));
    }

    private static Task<VisionLanguageEngine> LoadAsync(int batchSize) =>
        VisionLanguageEngine.LoadAsync(new EngineOptions { ModelDirectory = Model, Device = "cpu", DType = "float32", BatchSize = batchSize });

    private static IEnumerable<GenerationRequest> Requests(TokenBudget keep)
    {
        foreach (var path in GoldenData.Files("images"))
        {
            foreach (var question in Questions.Take(2 + (path.Length % 3)))
            {
                yield return new GenerationRequest
                {
                    RequestId = $"{Path.GetFileName(path)} {question}",
                    Image = File.ReadAllBytes(path),
                    Question = question,
                    Sampling = new SamplingParameters { MaxTokens = 3 + (question.Length % 7) },
                    Pruning = new PruningOptions { Keep = keep },
                };
            }
        }
    }

    private static async Task<Dictionary<string, string>> AnswersAsync(IReadOnlyList<GenerationRequest> requests, int batchSize)
    {
        await using var engine = await LoadAsync(batchSize);
        return await RunAsync(engine, requests);
    }

    private static async Task<Dictionary<string, string>> RunAsync(VisionLanguageEngine engine, IEnumerable<GenerationRequest> requests)
    {
        var outcomes = await Task.WhenAll(requests.Select(request => engine.GenerateAsync(request, CancellationToken.None)));
        return outcomes.Cast<GenerationResult>().ToDictionary(result => result.RequestId, result => result.Text);
    }
}

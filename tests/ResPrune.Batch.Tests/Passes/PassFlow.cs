using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Passes;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Passes;

/// <summary>
/// Passes over a folder of this machine as a run makes them, with an engine whose answer is the image's bytes and the question, so that a stale answer
/// shows. A file that begins with <c>broken</c> fails.
/// </summary>
internal sealed class PassFlow : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly EngineStamp Engine = new("tiny", "llava", "cpu", "float32", "00ff", "1.0");
    private readonly TemporaryFolder _place = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    public InMemoryBlobStore Store { get; } = new();

    /// <summary>The folder with the images.</summary>
    public string Folder => _place.Path;

    /// <summary>The results of the last pass.</summary>
    public List<JsonElement> Answers { get; private set; } = [];

    public List<JsonElement> Errors { get; private set; } = [];

    public BatchManifest? Manifest { get; private set; }

    public IEnumerable<string> AnsweredIds => Answers.Select(line => line.GetProperty("id").GetString()!);

    public IEnumerable<string> FailedIds => Errors.Select(line => line.GetProperty("id").GetString()!);

    /// <summary>Writes a file of the input.</summary>
    public string Write(string name, string content) => _place.Write(name, content);

    /// <summary>Writes <c>in.jsonl</c>: each line <c>id:image</c> or <c>id:image|question</c>, or a line as it is.</summary>
    public void WriteLines(params string[] lines) => Write("in.jsonl", string.Join('\n', lines.Select(Line)));

    public JsonLinesInput Lines(long? limit = null) => new(LocalFolderBlobStore.OpenReadOnly(Folder), "in.jsonl") { Limit = limit };

    public FolderInput Images(params string[] questions) => new(LocalImageFolder.Open(Folder), questions);

    /// <summary>Looks at the input, and plans or finds the pass.</summary>
    public async Task<PassState> PrepareAsync(BatchInput input, RetryPolicy retry = RetryPolicy.Failed)
    {
        var images = LocalImages.Open(Folder, []);
        var request = new PassRequest
        {
            Input = await InputLook.OfAsync(input, images, BatchSpec.DefaultMaxLineBytes, None),
            Images = images,
            Facts = new Dictionary<string, string> { ["--keep"] = "all" },
            Spec = new BatchSpec { Model = "tiny", RowsPerShard = 2 },
            Retry = retry,
        };
        var passes = new RunPasses(Store, _time);
        return await passes.PrepareAsync(await passes.FindAsync(None), request, None);
    }

    /// <summary>A whole pass.</summary>
    /// <returns>What became of the rows.</returns>
    public async Task<PassCounts> RunAsync(BatchInput input, RetryPolicy retry = RetryPolicy.Failed)
    {
        var state = await PrepareAsync(input, retry);
        await AnswerAsync(state, shards: int.MaxValue);
        await PublishAsync(state);
        return state.Pass!.Counts;
    }

    /// <summary>Answers some of the shards that are not answered yet.</summary>
    /// <returns>Rows that were answered now.</returns>
    public async Task<int> AnswerAsync(PassState state, int shards)
    {
        var batch = state.Pass!.Id;
        if (state.Pass.Counts.Asked == 0) return 0;
        var record = await new ShardPlanner(Store, _time).EnsurePlannedAsync(batch, None);
        var plan = await new ShardPlanner(Store, _time).ReadPlanAsync(batch, None);
        var ledger = new ShardLedger(Store, _time);
        var done = (await ledger.ReadProgressAsync(batch, None)).CommittedShards;
        var answered = 0;
        foreach (var shard in plan.Shards.Where(shard => !done.Contains(shard.Ordinal)).Take(shards))
        {
            var rows = new List<AttemptRow>();
            await foreach (var line in new ShardReader(Store).ReadAsync(record, shard, None)) rows.Add(await AnswerAsync(batch, line));
            await ledger.TryCommitAsync(await ledger.WriteAttemptAsync(batch, shard, AttemptId.New(), rows, Engine, None), None);
            answered += rows.Count;
        }

        if (shards == int.MaxValue) await new BatchFinalizer(Store, _time).FinalizeAsync(batch, None);
        return answered;
    }

    public async Task PublishAsync(PassState state)
    {
        Manifest = await new RunPasses(Store, _time).WriteResultsAsync(state, new BatchSpec { Model = "tiny" }, None);
        Answers = Parse((await Store.GetAsync(Manifest.Output.Blob))!);
        Errors = Parse((await Store.GetAsync(Manifest.Errors.Blob))!);
    }

    /// <summary>Every answer is about the image as it is now.</summary>
    public void AssertNothingIsStale()
    {
        foreach (var line in Answers)
        {
            var image = line.GetProperty("image").GetString()!;
            var path = image.StartsWith("file://", StringComparison.Ordinal) ? image[7..] : Path.Combine(Folder, image);
            Assert.Equal($"{File.ReadAllText(path)} {line.GetProperty("question").GetString()}", line.GetProperty("answer").GetString());
        }
    }

    public void Dispose() => _place.Dispose();

    private static List<JsonElement> Parse(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string Line(string line)
    {
        if (!line.Contains(':', StringComparison.Ordinal) || line.StartsWith('{')) return line;
        var parts = line.Split('|');
        var (id, image) = (parts[0][..parts[0].IndexOf(':', StringComparison.Ordinal)], parts[0][(parts[0].IndexOf(':', StringComparison.Ordinal) + 1)..]);
        return JsonSerializer.Serialize(new { id, image, question = parts.Length > 1 ? parts[1] : "What?" });
    }

    private async Task<AttemptRow> AnswerAsync(BatchId batch, BatchRequestLine line)
    {
        if (line.Fault is not null) return new AttemptRow(line.LineNumber, line.CustomId, null, ErrorRow.ForFault(batch, line));
        var fetched = await new ImageFetcher(LocalImages.Open(Folder, []), urls: null, new ImageFetcherOptions()).FetchAsync(line.Image, None);
        if (fetched is ImageFetchFailure failure)
            return new AttemptRow(line.LineNumber, line.CustomId, null, ErrorRow.For(batch, line, failure.Code, failure.Message));
        var image = (FetchedImage)fetched;
        var text = System.Text.Encoding.UTF8.GetString(image.Bytes.Span);
        return new AttemptRow(line.LineNumber, line.CustomId, image.Digest, text.StartsWith("broken", StringComparison.Ordinal)
            ? ErrorRow.For(batch, line, RowErrorCode.ImageUndecodable, "broken", image.Digest)
            : new AnswerRow
            {
                Line = line.LineNumber,
                CustomId = line.CustomId,
                Image = line.ImageLabel,
                Question = line.Question,
                RequestId = batch.RequestId(line.LineNumber),
                ImageDigest = image.Digest,
                Answer = $"{text} {line.Question}",
                FinishReason = "stop",
                VisualTokens = new VisualTokenCount(16, 4),
                PromptTokens = 10,
                CompletionTokens = 2,
                Work = new RowWork(0.5, 0.25, 0.125, 0.25, 0.5, 1e6, 3e6, 100, 400),
            });
    }
}

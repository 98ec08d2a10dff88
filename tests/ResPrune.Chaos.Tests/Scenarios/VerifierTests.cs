using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Batch.Storage;
using ResPrune.Chaos.Scenarios;

namespace ResPrune.Chaos.Tests.Scenarios;

/// <summary>A verifier that finds nothing proves nothing: each kind of damage must be found.</summary>
public sealed class VerifierTests
{
    private static readonly IReadOnlyList<ChaosRow> Rows =
    [
        new("a", "1.png", "What?", IsMissing: false), new("b", "2.png", "What?", IsMissing: false), new("c", "gone.png", "What?", IsMissing: true),
    ];

    private readonly InMemoryBlobStore _store = new();
    private readonly BatchId _batch = BatchId.New(TimeProvider.System);

    [Fact]
    public async Task AnUndamagedBatchIsWell()
    {
        await PublishAsync(row => row.Id);
        Assert.Empty(await CheckAsync(Rows));
    }

    [Fact]
    public async Task AnOpenBatchIsFound()
    {
        await SubmitAsync();
        Assert.Contains(await CheckAsync(Rows), complaint => complaint.Contains("the batch is Validating", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnotherAnswerIsFound()
    {
        await PublishAsync(row => row.Id == "b" ? "something else" : row.Id);
        Assert.Contains(await CheckAsync(Rows), complaint => complaint.Contains("'b': was answered with", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AMissingIdIsFound()
    {
        await PublishAsync(row => row.Id);
        Assert.Contains("'d' has no outcome", await CheckAsync([.. Rows, new("d", "1.png", "What?", IsMissing: false)]));
    }

    [Fact]
    public async Task AnIdThatNobodyAskedForIsFound()
    {
        await PublishAsync(row => row.Id);
        Assert.Contains("'b' was never asked", await CheckAsync([.. Rows.Where(row => row.Id != "b")]));
    }

    [Fact]
    public async Task AChangedFileIsFound()
    {
        await PublishAsync(row => row.Id);
        var name = BatchBlobs.Output(_batch);
        var content = (await _store.ReadAsync(name, int.MaxValue, CancellationToken.None))!.Bytes;
        byte[] twice = [.. content.Span, .. content.Span];
        await _store.WriteAsync(name, twice, BlobWriteCondition.Always, CancellationToken.None);
        var complaints = await CheckAsync(Rows);
        Assert.Contains("'a' occurs twice", complaints);
        Assert.Contains(complaints, complaint => complaint.Contains("is not the file that manifest.json describes", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ACommitThatWasReplacedAfterTheEndIsFound()
    {
        var record = await PublishAsync(row => row.Id);
        await _store.DeleteAsync(BatchBlobs.Commit(_batch, 0), CancellationToken.None);
        await CommitAsync(record, row => row.Id, seconds: 2);
        Assert.Contains("the commits are not those that manifest.json was made from", await CheckAsync(Rows));
    }

    [Fact]
    public async Task AnswersOfOtherWeightsThanTheBatchsAreFound()
    {
        await PublishAsync(row => row.Id, new EngineStamp("other", "llava", "cpu", "float32", "feed", "0.1.0"));
        Assert.Contains(await CheckAsync(Rows), complaint => complaint.Contains("was answered by other@feed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ABatchThatFailedIsWellOnlyWhenItSaysThatItsImagesCannotBeHad()
    {
        await SubmitAsync();
        Assert.NotEmpty(await Verifier.CheckFailedAsync(_store, _batch));
        await FailAsync(new BatchError("input_changed", "The input is another one."));
        Assert.NotEmpty(await Verifier.CheckFailedAsync(_store, _batch));
        await FailAsync(new BatchError("image_root_refused", "Not allowed.", Param: "image_root"));
        Assert.Empty(await Verifier.CheckFailedAsync(_store, _batch));
    }

    private Task<BatchRecord> FailAsync(BatchError error) => new BatchCatalog(_store).UpdateAsync(
        _batch,
        record => record.MoveTo(BatchStatus.Failed, TimeProvider.System.GetUtcNow()) with { Errors = new BatchErrorList([error]) },
        CancellationToken.None);

    private Task<IReadOnlyList<string>> CheckAsync(IReadOnlyList<ChaosRow> rows)
    {
        var answers = rows.Where(row => !row.IsMissing).DistinctBy(row => row.Image).ToDictionary(row => (row.Image, row.Question), row => AnswerOf(row.Image == "1.png" ? "a" : "b"));
        return new Verifier(_store, new Reference(answers)).CheckAsync(_batch, rows);
    }

    private async Task<BatchRecord> SubmitAsync()
    {
        var folder = Directory.CreateTempSubdirectory("resprune-verifier-").FullName;
        ChaosInput.Write(Rows, Path.Combine(folder, "rows.jsonl"));
        var input = new JsonLinesInput(LocalFolderBlobStore.OpenReadOnly(folder), "rows.jsonl");
        var record = await new BatchSubmitter(_store, TimeProvider.System)
            .SubmitAsync(_batch, input, new BatchSpec { Model = "none" }, null, CancellationToken.None);
        Directory.Delete(folder, recursive: true);
        return record;
    }

    private async Task<BatchRecord> PublishAsync(Func<ChaosRow, string> answer, EngineStamp? engine = null)
    {
        await SubmitAsync();
        var planned = await new ShardPlanner(_store, TimeProvider.System).EnsurePlannedAsync(_batch, CancellationToken.None);
        await CommitAsync(planned, answer, seconds: 1, engine);
        await new BatchFinalizer(_store, TimeProvider.System).FinalizeAsync(_batch, CancellationToken.None);
        return planned;
    }

    private async Task CommitAsync(BatchRecord record, Func<ChaosRow, string> answer, double seconds, EngineStamp? engine = null)
    {
        var planner = new ShardPlanner(_store, TimeProvider.System);
        await planner.EnsurePlannedAsync(_batch, CancellationToken.None);
        var ledger = new ShardLedger(_store, TimeProvider.System);
        foreach (var shard in (await planner.ReadPlanAsync(_batch, CancellationToken.None)).Shards)
        {
            var rows = new List<AttemptRow>();
            await foreach (var line in new ShardReader(_store).ReadAsync(record, shard, CancellationToken.None)) rows.Add(Row(line, answer, seconds));
            var commit = await ledger.WriteAttemptAsync(_batch, shard, AttemptId.New(), rows, engine, CancellationToken.None);
            await ledger.TryCommitAsync(commit, CancellationToken.None);
        }
    }

    private AttemptRow Row(BatchRequestLine line, Func<ChaosRow, string> answer, double seconds)
    {
        var row = Rows.Single(row => row.Id == line.CustomId);
        if (row.IsMissing) return new AttemptRow(
            line.LineNumber, line.CustomId, null, ErrorRow.For(_batch, line, RowErrorCode.ImageNotFound, "There is none."));
        var expected = AnswerOf(answer(row));
        return new AttemptRow(line.LineNumber, line.CustomId, "digest", new AnswerRow
        {
            Line = line.LineNumber,
            CustomId = line.CustomId,
            Image = line.ImageLabel,
            Question = line.Question,
            RequestId = _batch.RequestId(line.LineNumber),
            ImageDigest = "digest",
            Answer = expected.Text,
            FinishReason = expected.FinishReason,
            VisualTokens = new VisualTokenCount(expected.VisualTokens, expected.KeptTokens),
            PromptTokens = expected.PromptTokens,
            CompletionTokens = expected.CompletionTokens,
            Work = default(RowWork) with { EncodeSeconds = seconds },
        });
    }

    private static Answer AnswerOf(string text) => new(text, "stop", VisualTokens: 4, KeptTokens: 2, PromptTokens: 9, CompletionTokens: 1);
}

using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Commit;

/// <summary>
/// Drives a batch through the protocol as a cluster does, with an engine whose answer is made from image and question, so that a mixed-up row
/// cannot look right.
/// </summary>
internal sealed class BatchFlow(IBlobStore store)
{
    public static readonly EngineStamp Engine = new("tiny", "llava", "cpu", "float32", "00ff", "1.0");
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    public static BatchId Id { get; } = BatchId.Parse("batch_flow");

    public BatchCatalog Catalog { get; } = new(store);

    public ShardReader Reader { get; } = new(store);

    public BatchSubmitter Submitter => new(store, _time);

    public ShardPlanner Planner => new(store, _time);

    public ShardLedger Ledger => new(store, _time);

    public BatchFinalizer Finalizer => new(store, _time);

    /// <summary>A store that holds the pictures a.png … j.png and the given lines as <c>in.jsonl</c>.</summary>
    public static async Task<InMemoryBlobStore> SourceAsync(string lines)
    {
        var source = new InMemoryBlobStore();
        for (var name = 'a'; name <= 'j'; name++) await source.PutAsync($"{name}.png", $"bytes of {name}");
        await source.PutAsync("in.jsonl", lines);
        return source;
    }

    public static BatchSpec Spec(int rowsPerShard) => new() { Model = "tiny", RowsPerShard = rowsPerShard };

    public Task<BatchRecord> SubmitAsync(IBlobStore source, int rowsPerShard) => Submitter.SubmitAsync(
        Id, new JsonLinesInput(source, "in.jsonl"), Spec(rowsPerShard), null, CancellationToken.None);

    /// <summary>Plans the batch, and reads the plan.</summary>
    public async Task<PlannedBatch> PlanAsync()
    {
        var record = await Planner.EnsurePlannedAsync(Id, CancellationToken.None).ConfigureAwait(false);
        return new PlannedBatch(record, await Planner.ReadPlanAsync(Id, CancellationToken.None).ConfigureAwait(false));
    }

    /// <summary>Everything from submission to the end; goes on where an earlier run stopped.</summary>
    public async Task<BatchRecord> RunAsync(IBlobStore source, int rowsPerShard)
    {
        await SubmitAsync(source, rowsPerShard).ConfigureAwait(false);
        var planned = await PlanAsync().ConfigureAwait(false);
        var progress = await Ledger.ReadProgressAsync(Id, CancellationToken.None).ConfigureAwait(false);
        foreach (var shard in planned.Plan.Shards.Where(shard => !progress.CommittedShards.Contains(shard.Ordinal)))
            await WorkAsync(planned.Record, shard, source).ConfigureAwait(false);
        return await Finalizer.FinalizeAsync(Id, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>One attempt at one shard.</summary>
    public async Task<CommitResult> WorkAsync(BatchRecord record, ShardSpec shard, IBlobStore source)
    {
        var attempt = await AttemptAsync(record, shard, source).ConfigureAwait(false);
        return await Ledger.TryCommitAsync(attempt, CancellationToken.None).ConfigureAwait(false);
    }

    public async Task<ShardCommit> AttemptAsync(BatchRecord record, ShardSpec shard, IBlobStore source)
    {
        var rows = await AnswerAsync(record, shard, source).ConfigureAwait(false);
        return await Ledger.WriteAttemptAsync(Id, shard, AttemptId.New(), rows, Engine, CancellationToken.None).ConfigureAwait(false);
    }

    public async Task<List<AttemptRow>> AnswerAsync(BatchRecord record, ShardSpec shard, IBlobStore source)
    {
        var fetcher = new ImageFetcher(new StoreImages(source), urls: null, new ImageFetcherOptions());
        var rows = new List<AttemptRow>();
        await foreach (var line in Reader.ReadAsync(record, shard, CancellationToken.None).ConfigureAwait(false))
        {
            if (line.Fault is not null)
            {
                rows.Add(new AttemptRow(line.LineNumber, line.CustomId, null, ErrorRow.ForFault(Id, line)));
                continue;
            }

            var row = await fetcher.FetchAsync(line.Image, CancellationToken.None).ConfigureAwait(false) switch
            {
                FetchedImage image => new AttemptRow(line.LineNumber, line.CustomId, image.Digest, Answer(line, image)),
                ImageFetchFailure failure => new AttemptRow(line.LineNumber, line.CustomId, null, ErrorRow.For(Id, line, failure.Code, failure.Message)),
                var other => throw new InvalidOperationException($"unknown outcome {other}"),
            };
            rows.Add(row);
        }

        return rows;
    }

    public static string AnswerTo(string digest, string question) => $"{digest[..8]} {question.Length.ToString(CultureInfo.InvariantCulture)}";

    private static AnswerRow Answer(BatchRequestLine line, FetchedImage image) => new()
    {
        Line = line.LineNumber,
        CustomId = line.CustomId,
        Image = line.ImageLabel,
        Question = line.Question,
        RequestId = Id.RequestId(line.LineNumber),
        ImageDigest = image.Digest,
        Answer = AnswerTo(image.Digest, line.Question),
        FinishReason = "stop",
        VisualTokens = new VisualTokenCount(16, 4),
        PromptTokens = 10,
        CompletionTokens = 2,
        Work = new RowWork(0.5, 0.25, 0.125, 0.25, 0.5, 1e6, 3e6, 100, 400),
    };
}

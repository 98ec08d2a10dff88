using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;

namespace ResPrune.Chaos.Scenarios;

/// <summary>What must be true of a batch that has ended, whatever happened meanwhile.</summary>
internal sealed class Verifier(IBlobStore store, Reference reference)
{
    private const string NotFound = "image_not_found";

    /// <summary>Everything that is wrong; nothing when all is well.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(BatchId batch, IReadOnlyList<ChaosRow> rows)
    {
        var complaints = new List<string>();
        var record = (await new BatchCatalog(store).ReadAsync(batch, CancellationToken.None))?.Record;
        if (record is not { Status: BatchStatus.Completed }) return [$"the batch is {record?.Status.ToString() ?? "gone"}"];
        var manifest = await new BatchFinalizer(store, TimeProvider.System).ReadManifestAsync(batch, CancellationToken.None);
        if (manifest is null) return ["there is no manifest.json"];
        var output = await ReadAsync(manifest.Output, complaints);
        var errors = await ReadAsync(manifest.Errors, complaints);
        CheckRows(rows, output, errors, complaints);
        CheckCounts(record, manifest, rows, complaints);
        await CheckCommitsAsync(record, manifest, complaints);
        return complaints;
    }

    /// <summary>Everything that is wrong with the end of a batch whose images nobody can have.</summary>
    public static async Task<IReadOnlyList<string>> CheckFailedAsync(IBlobStore store, BatchId batch)
    {
        var record = (await new BatchCatalog(store).ReadAsync(batch, CancellationToken.None))?.Record;
        if (record is not { Status: BatchStatus.Failed }) return [$"the batch is {record?.Status.ToString() ?? "gone"}"];
        return record.Errors?.Data is [{ Param: "image_root", Message.Length: > 0 }]
            ? []
            : [$"it failed without saying that it is its images: {string.Join("; ", record.Errors?.Data ?? [])}"];
    }

    private async Task<IReadOnlyList<JsonNode>> ReadAsync(FileReference file, List<string> complaints)
    {
        if (await store.ReadAsync(file.Blob, Array.MaxLength, CancellationToken.None) is not { } content)
        {
            if (file.Lines > 0) complaints.Add($"{file.Blob} is not there");
            return [];
        }

        if (content.Bytes.Length != file.Length || Convert.ToHexStringLower(SHA256.HashData(content.Bytes.Span)) != file.Sha256)
            complaints.Add($"{file.Blob} is not the file that manifest.json describes");
        var lines = Encoding.UTF8.GetString(content.Bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length != file.Lines) complaints.Add($"{file.Blob} has {lines.Length} lines, manifest.json says {file.Lines}");
        return [.. lines.Select(line => JsonNode.Parse(line)!)];
    }

    private void CheckRows(
        IReadOnlyList<ChaosRow> rows, IReadOnlyList<JsonNode> output, IReadOnlyList<JsonNode> errors, List<string> complaints)
    {
        var expected = rows.ToDictionary(row => row.Id);
        var seen = new HashSet<string>();
        foreach (var line in output.Concat(errors))
        {
            var id = line["id"]!.GetValue<string>();
            if (!seen.Add(id)) complaints.Add($"'{id}' occurs twice");
            if (!expected.TryGetValue(id, out var row)) complaints.Add($"'{id}' was never asked");
            else if (Difference(row, line) is { } difference) complaints.Add($"'{id}': {difference}");
        }

        complaints.AddRange(rows.Where(row => !seen.Contains(row.Id)).Select(row => $"'{row.Id}' has no outcome"));
    }

    private string? Difference(ChaosRow row, JsonNode line)
    {
        if (line["image"]!.GetValue<string>() != row.Image || line["question"]!.GetValue<string>() != row.Question) return "is about something else";
        if (line["error"] is { } error)
            return row.IsMissing && error["code"]!.GetValue<string>() == NotFound ? null : $"failed with {error.ToJsonString()}";
        if (row.IsMissing) return "was answered without its picture";
        var answer = Answer.Of(line);
        return answer == reference[row] ? null : $"was answered with {answer}, undisturbed with {reference[row]}";
    }

    private static void CheckCounts(BatchRecord record, BatchManifest manifest, IReadOnlyList<ChaosRow> rows, List<string> complaints)
    {
        var missing = rows.Count(row => row.IsMissing);
        var totals = manifest.Totals;
        var failures = totals.Errors.GetValueOrDefault(RowErrorCode.ImageNotFound);
        Expect("manifest rows", rows.Count, manifest.Rows);
        Expect("manifest answered", rows.Count - missing, totals.Answered);
        Expect("manifest failed", missing, totals.Failed);
        Expect("manifest image_not_found", missing, failures);
        Expect("manifest output lines", totals.Answered, manifest.Output.Lines);
        Expect("manifest error lines", totals.Failed, manifest.Errors.Lines);
        Expect("batch.json total", rows.Count, record.RequestCounts.Total);
        Expect("batch.json completed", totals.Answered, record.RequestCounts.Completed);
        Expect("batch.json failed", totals.Failed, record.RequestCounts.Failed);

        void Expect(string what, long wanted, long found)
        {
            if (wanted != found) complaints.Add($"{what}: {found} instead of {wanted}");
        }
    }

    /// <summary>The commits that stand are those that were published, one a shard, and each is about rows that are there.</summary>
    private async Task CheckCommitsAsync(BatchRecord record, BatchManifest manifest, List<string> complaints)
    {
        var ledger = new ShardLedger(store, TimeProvider.System);
        var (shards, totals) = (0, RowTotals.Zero);
        await foreach (var commit in ledger.ReadCommitsAsync(record.Id, CancellationToken.None))
        {
            shards++;
            totals = totals.Add(commit.Totals);
            var rows = await ledger.ReadRowsAsync(commit, CancellationToken.None).CountAsync();
            if (commit.Engine is { } engine && engine.WeightsDigest != record.WeightsDigest)
                complaints.Add($"shard {commit.Shard} was answered by {engine.Model}@{engine.WeightsDigest}, the batch is one of {record.Model}@{record.WeightsDigest}");
            if (rows != commit.Totals.Rows) complaints.Add($"shard {commit.Shard} has {rows} rows, its commit says {commit.Totals.Rows}");
        }

        if (shards != manifest.Shards) complaints.Add($"{shards} commits for {manifest.Shards} shards");
        // Device seconds differ between two attempts at the same rows: this also sees a commit that was replaced after the end.
        if (totals.Work != manifest.Totals.Work) complaints.Add("the commits are not those that manifest.json was made from");
    }
}

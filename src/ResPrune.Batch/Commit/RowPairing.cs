using System.Globalization;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;

namespace ResPrune.Batch.Commit;

/// <summary>Asserts that every answer belongs to its question before anything is stored.</summary>
internal static class RowPairing
{
    public static void Check(BatchId batch, ShardSpec shard, IReadOnlyCollection<AttemptRow> rows)
    {
        if (rows.Count != shard.Rows)
            throw new RowPairingException($"Batch {batch}, shard {shard.Ordinal}: {rows.Count} rows for {shard.Rows} lines.");
        var lines = new HashSet<long>();
        foreach (var row in rows)
        {
            if (!lines.Add(row.Line)) throw new RowPairingException($"Batch {batch}, shard {shard.Ordinal}: two rows for line {row.Line}.");
            if (row.Line < shard.FirstLine)
                throw new RowPairingException($"Batch {batch}: line {row.Line} is before shard {shard.Ordinal}.");
            CheckRow(batch, row);
        }
    }

    private static void CheckRow(BatchId batch, AttemptRow row)
    {
        var result = row.Result;
        Same(batch, row.Line, "line", Text(row.Line), Text(result.Line));
        Same(batch, row.Line, "id", row.CustomId, result.CustomId);
        Same(batch, row.Line, "request id", batch.RequestId(row.Line), result.RequestId);
        // A failure before the engine looked at the image carries no digest; an answer always does.
        if (result is AnswerRow || result.ImageDigest is not null)
            Same(batch, row.Line, "image digest", row.ImageDigest ?? "(no image was fetched)", result.ImageDigest);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Same(BatchId batch, long line, string what, string asked, string? came)
    {
        if (asked != came)
            throw new RowPairingException($"Batch {batch}, line {line}: asked with {what} '{asked}', the outcome came with '{came}'.");
    }
}

using System.Globalization;

namespace ResPrune.Batch.Batches;

/// <summary>Names of a batch's blobs. Shard ordinals are padded so that name order is shard order.</summary>
public static class BatchBlobs
{
    /// <summary>Prefix of everything.</summary>
    public const string Root = "batches/";

    /// <summary>Prefix of one batch.</summary>
    public static string Folder(BatchId batch) => $"{Root}{batch.Value}/";

    /// <summary>Spec, state and counters (<see cref="BatchRecord"/>); changed by compare-and-swap.</summary>
    public static string Record(BatchId batch) => Folder(batch) + "batch.json";

    /// <summary>The input, as JSON lines.</summary>
    public static string Input(BatchId batch) => Folder(batch) + "input.jsonl";

    /// <summary>Folder of the pictures that were uploaded with the batch; their names in it are those of the input.</summary>
    public static string Images(BatchId batch) => Folder(batch) + "images";

    /// <summary>The shard plan; written once.</summary>
    public static string Plan(BatchId batch) => Folder(batch) + "plan.jsonl";

    /// <summary>Rows of one attempt at one shard; private to the attempt.</summary>
    public static string Attempt(BatchId batch, int shard, AttemptId attempt) => $"{Folder(batch)}attempts/{Ordinal(shard)}.{attempt.Value}.jsonl";

    /// <summary>Prefix of the commit records.</summary>
    public static string Commits(BatchId batch) => Folder(batch) + "commits/";

    /// <summary>The commit record of one shard; create-only, the commit point.</summary>
    public static string Commit(BatchId batch, int shard) => $"{Commits(batch)}{Ordinal(shard)}.json";

    /// <summary>Answers in input order.</summary>
    public static string Output(BatchId batch) => Folder(batch) + "output.jsonl";

    /// <summary>Failures in input order.</summary>
    public static string Errors(BatchId batch) => Folder(batch) + "errors.jsonl";

    /// <summary>The files of the submitted folder that were not read; absent when there were none.</summary>
    public static string Skipped(BatchId batch) => Folder(batch) + "skipped.jsonl";

    /// <summary>Totals; the last file written.</summary>
    public static string Manifest(BatchId batch) => Folder(batch) + "manifest.json";

    private static string Ordinal(int shard) => shard.ToString("D8", CultureInfo.InvariantCulture);
}

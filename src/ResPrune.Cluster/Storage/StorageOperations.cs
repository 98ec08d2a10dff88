namespace ResPrune.Cluster.Storage;

/// <summary>Names of the storage operations as metric tags; closed.</summary>
internal static class StorageOperations
{
    /// <summary>Reading what a batch is: its record, plan and commits.</summary>
    public const string ReadBatch = "read_batch";

    /// <summary>Changing a batch's record.</summary>
    public const string WriteBatch = "write_batch";

    /// <summary>Reading the request lines of a shard.</summary>
    public const string ReadShard = "read_shard";

    /// <summary>Fetching one image.</summary>
    public const string ReadImage = "read_image";

    /// <summary>Writing the rows of an attempt.</summary>
    public const string WriteAttempt = "write_attempt";

    /// <summary>Creating a commit record.</summary>
    public const string Commit = "commit";

    /// <summary>Reading the commit record of a shard.</summary>
    public const string ReadCommit = "read_commit";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [ReadBatch, WriteBatch, ReadShard, ReadImage, WriteAttempt, Commit, ReadCommit];
}

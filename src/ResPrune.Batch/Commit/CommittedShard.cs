namespace ResPrune.Batch.Commit;

/// <summary>A commit record with the bytes of its rows, checked against the hash in the record.</summary>
internal readonly record struct CommittedShard(ShardCommit Commit, ReadOnlyMemory<byte> Rows);

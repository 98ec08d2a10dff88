namespace ResPrune.Batch.Commit;

/// <summary>What became of a try to commit, and the record that stands.</summary>
/// <param name="Outcome">Won, won before, or lost.</param>
/// <param name="Standing">The shard's commit record: one's own, or the winner's.</param>
public sealed record CommitResult(CommitOutcome Outcome, ShardCommit Standing);

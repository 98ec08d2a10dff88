namespace ResPrune.Batch.Commit;

/// <summary>What became of a try to commit.</summary>
public enum CommitOutcome
{
    /// <summary>This call published the attempt.</summary>
    Committed,

    /// <summary>An earlier call of the same attempt published it (its reply was lost). Success.</summary>
    AlreadyCommittedBySameAttempt,

    /// <summary>Another attempt is published; discard this one.</summary>
    LostRace,
}

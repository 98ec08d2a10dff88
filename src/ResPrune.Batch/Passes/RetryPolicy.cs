namespace ResPrune.Batch.Passes;

/// <summary>Which rows that have a result are asked again. Rows without one, and rows that are not what they were, are always asked.</summary>
public enum RetryPolicy
{
    /// <summary>Those that failed.</summary>
    Failed,

    /// <summary>Every one.</summary>
    All,

    /// <summary>None.</summary>
    None,
}

using ResPrune.Cluster.Batches;

namespace ResPrune.Cluster.Workers;

/// <summary>Rows failed in the engine for the first time, on a device that works: the attempt is not published, the shard is tried again.</summary>
internal sealed class SuspectRowsException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="rows">The rows that failed.</param>
    /// <param name="answered">Rows of the attempt with an outcome.</param>
    public SuspectRowsException(IReadOnlyList<SuspectRow> rows, int answered)
        : base($"{rows.Count} rows failed in the engine, the first on line {rows[0].Line}: {rows[0].Message}") => (Rows, Answered) = (rows, answered);

    /// <summary>The rows that failed.</summary>
    public IReadOnlyList<SuspectRow> Rows { get; }

    /// <summary>Rows of the attempt with an outcome.</summary>
    public int Answered { get; }
}

using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Batches;

/// <summary>What is left of a batch.</summary>
/// <param name="Waiting">Shards that wait for a worker.</param>
/// <param name="Held">Shards that workers hold.</param>
/// <param name="Rows">Rows without an outcome, of the shards that are held as last reported.</param>
/// <param name="DeviceSeconds">What those rows will take of one device.</param>
internal readonly record struct OpenWork(int Waiting, int Held, long Rows, double DeviceSeconds)
{
    /// <summary>What is left now.</summary>
    /// <param name="board">Who works on what.</param>
    /// <param name="planned">Rows of the batch.</param>
    /// <param name="committed">Sums over the rows that are committed.</param>
    public static OpenWork Of(ShardBoard board, long planned, RowTotals committed)
    {
        var running = board.RunningRows;
        var rows = Math.Max(0, planned - committed.Rows - running.Rows);
        var answered = committed.Answered + running.Answered;
        // Until the first answer nothing is known of what a row takes, and whoever scales by this must still see that there is work.
        var secondsPerRow = answered > 0 ? (committed.Work.DeviceSeconds + running.DeviceSeconds) / answered : 1;
        return new OpenWork(board.Waiting, board.Held, rows, rows * secondsPerRow);
    }
}

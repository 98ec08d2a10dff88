using ResPrune.Batch.Batches;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Rendering;
using ResPrune.Cluster.Batches;
using ResPrune.Server.Fleet;

namespace ResPrune.Cli.Fleet;

/// <summary><c>resprune cancel</c> from beginning to end.</summary>
internal static class CancelSession
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Runs it: returns when the batch is being cancelled, which is durable then.</summary>
    /// <exception cref="UsageException">There is no such batch.</exception>
    /// <exception cref="FleetStartException">The fleet cannot be reached.</exception>
    public static async Task<int> RunAsync(FleetConnectionOptions connection, BatchId batch, TextWriter output)
    {
        await using var fleet = await FleetClient.ConnectAsync(connection, CancellationToken.None);
        try
        {
            var snapshot = await FleetClient.AskAsync(
                token => fleet.Batches.CancelAsync(batch, token), AnswerTimeout, CancellationToken.None);
            output.WriteLine(snapshot.IsTerminal
                ? FleetLine.OfEnded(snapshot)
                : $"{batch.Value} is being cancelled: {Quantity.Count(snapshot.Committed.Answered)} of {Quantity.Count(snapshot.Rows)} rows are answered and stay.");
            return ExitCode.Success;
        }
        catch (BatchNotFoundException exception)
        {
            throw new UsageException(exception.Message, exception);
        }
    }
}

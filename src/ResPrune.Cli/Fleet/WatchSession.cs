using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Json;
using ResPrune.Cli.Rendering;
using ResPrune.Cli.Running;
using ResPrune.Cluster.Batches;
using ResPrune.Server.Fleet;
using Spectre.Console;

namespace ResPrune.Cli.Fleet;

/// <summary><c>resprune watch</c> from beginning to end. Silos may come and go meanwhile.</summary>
internal static class WatchSession
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs it.</summary>
    /// <exception cref="UsageException">There is no such batch, or its input could not be used.</exception>
    /// <exception cref="FleetStartException">The fleet cannot be reached.</exception>
    public static async Task<int> RunAsync(
        FleetConnectionOptions connection, BatchId batch, bool json, bool quiet, TextWriter output, TextWriter error)
    {
        using var interruption = new Interruption();
        try
        {
            await using var fleet = await FleetClient.ConnectAsync(connection, interruption.Token);
            var snapshots = fleet.WatchAsync(batch, PollInterval, trouble => Tell(trouble, error), interruption.Token);
            var last = json || quiet ? await snapshots.LastAsync(interruption.Token) : await ShowAsync(snapshots, output, interruption.Token);
            if (json) output.WriteLine(JsonSerializer.Serialize(BatchReport.Of(last), CliJsonContext.Printed.BatchReport));
            else output.WriteLine(FleetLine.OfEnded(last));
            return ExitCodeOf(last);
        }
        catch (BatchNotFoundException exception)
        {
            throw new UsageException(exception.Message, exception);
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            throw new InterruptedException("stopped watching; the batch goes on.");
        }
    }

    private static int ExitCodeOf(BatchSnapshot ended)
    {
        if (ended.Status == BatchStatus.Failed) throw new UsageException($"The input cannot be used: {ended.Problem}");
        return ended.Committed.Failed == 0 ? ExitCode.Success : ExitCode.FailedRows;
    }

    private static Task<BatchSnapshot> ShowAsync(IAsyncEnumerable<BatchSnapshot> snapshots, TextWriter output, CancellationToken cancellationToken) =>
        Console.IsOutputRedirected
            ? ShowPlainAsync(snapshots, output, cancellationToken)
            : ShowLiveAsync(snapshots, Consoles.ForRun(output, isTerminal: true), cancellationToken);

    private static async Task<BatchSnapshot> ShowPlainAsync(
        IAsyncEnumerable<BatchSnapshot> snapshots, TextWriter output, CancellationToken cancellationToken)
    {
        BatchSnapshot? last = null;
        var said = "";
        await foreach (var snapshot in snapshots.WithCancellation(cancellationToken))
        {
            last = snapshot;
            var line = FleetLine.Of(snapshot);
            if (!snapshot.IsTerminal && line != said) output.WriteLine(line);
            said = line;
        }

        return last!;
    }

    private static Task<BatchSnapshot> ShowLiveAsync(
        IAsyncEnumerable<BatchSnapshot> snapshots, IAnsiConsole console, CancellationToken cancellationToken) =>
        console.Live(new Text("waiting for the fleet")).AutoClear(true).StartAsync(async live =>
        {
            BatchSnapshot? last = null;
            await foreach (var snapshot in snapshots.WithCancellation(cancellationToken))
            {
                last = snapshot;
                live.UpdateTarget(new Text(FleetLine.Of(snapshot)) { Overflow = Overflow.Ellipsis });
            }

            return last!;
        });

    private static void Tell(string? trouble, TextWriter error) => error.WriteLine(trouble is null
        ? "resprune: the fleet answers again."
        : $"resprune: no answer from the fleet ({TerminalText.Clean(trouble, 160)}); trying until one comes.");
}

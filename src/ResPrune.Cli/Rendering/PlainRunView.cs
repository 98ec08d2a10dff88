using ResPrune.Cli.Running;
using ResPrune.Cluster.Batches;
using Spectre.Console;

namespace ResPrune.Cli.Rendering;

/// <summary>For log files and pipes: whole lines only, the first answers as they come, then one line of progress now and then.</summary>
internal sealed class PlainRunView(TextWriter output, IAnsiConsole console, Func<double> imagesPerRow, TimeProvider time) : IRunView
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task WatchAsync(IAsyncEnumerable<BatchSnapshot> snapshots, CancellationToken cancellationToken)
    {
        var shown = 0;
        var last = time.GetTimestamp();
        await foreach (var snapshot in snapshots.WithCancellation(cancellationToken))
        {
            foreach (var answer in snapshot.FirstAnswers.Take(AnswerLine.Shown).Skip(shown))
            {
                output.WriteLine($"{AnswerLine.Image(answer)}: {AnswerLine.Question(answer)} -> {AnswerLine.Text(answer)}");
                shown++;
            }

            if (time.GetElapsedTime(last) < Interval) continue;
            last = time.GetTimestamp();
            output.WriteLine(ProgressLine.Of(snapshot, imagesPerRow()));
        }
    }

    /// <inheritdoc/>
    public void Conclude(RunSummary summary) => console.Write(RunTable.Of(summary));
}

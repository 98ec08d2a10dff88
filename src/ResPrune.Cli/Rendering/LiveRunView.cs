using ResPrune.Cli.Running;
using ResPrune.Cluster.Batches;
using Spectre.Console;

namespace ResPrune.Cli.Rendering;

/// <summary>For a person at a terminal: the first answers as they come, under them a line of progress that stays in its place.</summary>
internal sealed class LiveRunView(IAnsiConsole console, Func<double> imagesPerRow) : IRunView
{
    /// <inheritdoc/>
    public Task WatchAsync(IAsyncEnumerable<BatchSnapshot> snapshots, CancellationToken cancellationToken) =>
        console.Live(new Text("starting")).AutoClear(true).StartAsync(async live =>
        {
            var shown = 0;
            await foreach (var snapshot in snapshots.WithCancellation(cancellationToken))
            {
                foreach (var answer in snapshot.FirstAnswers.Take(AnswerLine.Shown).Skip(shown))
                {
                    console.Write(Row(answer));
                    shown++;
                }

                // Text, not markup: a line that is cut at the edge of the terminal must not wrap and push the rest up.
                live.UpdateTarget(new Text(ProgressLine.Of(snapshot, imagesPerRow())) { Overflow = Overflow.Ellipsis });
            }
        });

    /// <inheritdoc/>
    public void Conclude(RunSummary summary) => console.Write(RunTable.Of(summary));

    private static Paragraph Row(FirstAnswer answer) => new Paragraph()
        .Append(AnswerLine.Image(answer), new Style(Color.Grey))
        .Append($"  {AnswerLine.Question(answer)}  ")
        .Append(AnswerLine.Text(answer), new Style(decoration: Decoration.Bold))
        .Append("\n");
}

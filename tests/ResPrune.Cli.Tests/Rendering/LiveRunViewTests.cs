using ResPrune.Batch.Batches;
using ResPrune.Cli.Rendering;
using ResPrune.Cluster.Batches;
using Spectre.Console;

namespace ResPrune.Cli.Tests.Rendering;

public sealed class LiveRunViewTests
{
    [Fact]
    public async Task TextFromPicturesIsShownAsTextAndNeverObeyed()
    {
        using var output = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 200;
        var answer = new FirstAnswer(1, "1", "[red]name[/].png", "what[/] is\u001b]0;title\u0007 this?", "an [unclosed answer \u001b[2J");

        await new LiveRunView(console, () => 1).WatchAsync(Snapshots(answer), CancellationToken.None);

        var text = output.ToString();
        Assert.Contains("[red]name[/].png", text, StringComparison.Ordinal);
        Assert.Contains("what[/] is]0;title this?", text, StringComparison.Ordinal);
        Assert.Contains("an [unclosed answer [2J", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b]0;", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[2J", text, StringComparison.Ordinal);
    }

    private static async IAsyncEnumerable<BatchSnapshot> Snapshots(FirstAnswer answer)
    {
        yield return new BatchSnapshot { Batch = BatchId.Parse("b"), Status = BatchStatus.InProgress, Rows = 1, FirstAnswers = [answer] };
        await Task.CompletedTask;
    }
}

using Microsoft.Extensions.Time.Testing;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Rows;
using ResPrune.Cli.Rendering;
using ResPrune.Cluster.Batches;

namespace ResPrune.Cli.Tests.Rendering;

public sealed class PlainRunViewTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task TheFirstFiveAnswersAreShownOnceAndProgressEveryFiveSeconds()
    {
        using var output = new StringWriter { NewLine = "\n" };
        await new PlainRunView(output, Consoles.Plain(output), () => 0.5, _time).WatchAsync(SnapshotsAsync(), CancellationToken.None);
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            Enumerable.Range(1, 5).Select(line => $"{line}.png: what? -> a[{line}]"),
            lines.Where(line => line.Contains("->", StringComparison.Ordinal)));
        // 4 s a snapshot: the third is the first that is 5 s after the start, the fifth the next.
        Assert.Equal(
            ["3/10 done, 1 failed, 1.0 images/s, 4 s left, 25.0 % of tokens kept, device 80.0 % busy",
             "5/10 done, 1 failed, 1.0 images/s, 3 s left, 25.0 % of tokens kept, device 80.0 % busy, trouble: it is slow"],
            lines.Where(line => line.Contains("done", StringComparison.Ordinal)));
    }

    private async IAsyncEnumerable<BatchSnapshot> SnapshotsAsync()
    {
        for (var done = 1; done <= 6; done++)
        {
            yield return Snapshot(done);
            _time.Advance(TimeSpan.FromSeconds(4));
            await Task.Yield();
        }
    }

    private static BatchSnapshot Snapshot(int done) => new()
    {
        Batch = BatchId.Parse("b"),
        Status = BatchStatus.InProgress,
        Rows = 10,
        Committed = RowTotals.Zero with { Failed = 1 },
        Running = RowTotals.Zero with { Answered = done - 1, VisualTokens = new VisualTokenCount(100 * done, 25 * done) },
        RowsPerSecond = 2,
        DeviceBusyShare = 0.8,
        Problem = done > 3 ? "it\nis slow" : null,
        FirstAnswers = [.. Enumerable.Range(1, done).Select(
            line => new FirstAnswer(line, $"{line}", $"{line}.png", "what?", $"a[{line}]"))],
    };
}

using ResPrune.Cli.Hub;
using Spectre.Console;

namespace ResPrune.Cli.Rendering;

/// <summary>For a person at a terminal: a bar over all bytes, under it a line that says the rest.</summary>
internal sealed class LivePullView(IAnsiConsole console, TimeProvider time) : IPullView
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc/>
    public Task WatchAsync(PullProgress progress, Task pull) => console
        .Progress()
        .AutoClear(true)
        .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
        .StartAsync(async context =>
        {
            var bar = context.AddTask("asking the hub");
            long started = 0;
            while (!pull.IsCompleted)
            {
                if (progress.Total is { } plan)
                {
                    if (started == 0) started = time.GetTimestamp();
                    bar.MaxValue = Math.Max(1, plan.Bytes);
                    bar.Value = progress.Bytes;
                    bar.Description = Markup.Escape(PullLine.Of(progress, plan, time.GetElapsedTime(started)));
                }

                await Task.WhenAny(pull, Task.Delay(Poll, time));
            }
        });
}

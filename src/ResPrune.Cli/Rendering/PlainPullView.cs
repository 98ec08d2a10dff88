using ResPrune.Cli.Hub;

namespace ResPrune.Cli.Rendering;

/// <summary>For log files and pipes: one line when the listing is there, then one now and then.</summary>
internal sealed class PlainPullView(TextWriter error, TimeProvider time) : IPullView
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public async Task WatchAsync(PullProgress progress, Task pull)
    {
        var begun = false;
        long started = 0, last = 0;
        while (!pull.IsCompleted)
        {
            if (progress.Total is { } plan)
            {
                if (!begun)
                {
                    begun = true;
                    started = last = time.GetTimestamp();
                    error.WriteLine(PullLine.Of(plan));
                }

                if (time.GetElapsedTime(last) >= Interval)
                {
                    last = time.GetTimestamp();
                    error.WriteLine(PullLine.Of(progress, plan, time.GetElapsedTime(started)));
                }
            }

            await Task.WhenAny(pull, Task.Delay(Poll, time));
        }

        if (!pull.IsCompletedSuccessfully || progress.Total is not { } total) return;
        if (!begun) error.WriteLine(PullLine.Of(total));
        error.WriteLine($"{Quantity.Count(total.Files)} files are there, {Quantity.Bytes(progress.Fetched)} of them fetched now");
    }
}

using ResPrune.Cli.Hub;

namespace ResPrune.Cli.Rendering;

/// <summary>A pull under way in one line.</summary>
internal static class PullLine
{
    /// <summary>What there is to do.</summary>
    public static string Of(PullProgress.Plan plan) =>
        $"{Quantity.Count(plan.Files)} files, {Quantity.Bytes(plan.Bytes)}, into {TerminalText.Clean(plan.Folder)}";

    /// <summary>How far it is, without markup.</summary>
    /// <param name="progress">The pull.</param>
    /// <param name="plan">What there is to do.</param>
    /// <param name="elapsed">Since the listing was there.</param>
    public static string Of(PullProgress progress, PullProgress.Plan plan, TimeSpan elapsed)
    {
        List<string> parts =
        [
            $"{Quantity.Count(progress.Files)}/{Quantity.Count(plan.Files)} files",
            $"{Quantity.Bytes(progress.Bytes)}/{Quantity.Bytes(plan.Bytes)}",
        ];
        var perSecond = elapsed > TimeSpan.Zero ? progress.Fetched / elapsed.TotalSeconds : 0;
        if (perSecond > 0)
        {
            parts.Add($"{Quantity.Bytes(perSecond)}/s");
            // Twenty days: what is further away is no forecast.
            var left = (plan.Bytes - progress.Bytes) / perSecond;
            if (left is > 0 and < 20 * 86400) parts.Add($"{Quantity.Span(TimeSpan.FromSeconds(left))} left");
        }

        if (progress.Waiting is { } file) parts.Add($"waiting: another process is fetching {TerminalText.Clean(file, 80)}");
        return string.Join(", ", parts);
    }
}

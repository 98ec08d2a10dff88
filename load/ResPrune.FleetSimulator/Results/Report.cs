using System.Globalization;

namespace ResPrune.FleetSimulator.Results;

/// <summary>A result as people read it.</summary>
internal static class Report
{
    /// <summary>Prints it.</summary>
    public static void Print(SimulationResult result, TextWriter output)
    {
        var options = result.Options;
        var thousands = options.Rows / 1000.0;
        Line($"fleet          {options.Silos} silos x {options.Devices} devices, {options.Control} control; {result.SilosLost} lost, {result.SilosReplaced} replaced");
        Line($"batch          {options.Rows:N0} rows in {result.Commits:N0} shards, {options.BatchTime} a micro-batch of {options.Batch}");
        Line($"utilisation    {result.Utilisation:P2} busy, {result.UsefulShare:P2} with what was published");
        Line($"time           planned {Seconds(result.Planned)}, rows {Seconds(result.Working)} (bound {Seconds(result.Bound)}, {result.Bound / result.Working:P2}), published {Seconds(result.Ended - result.LastCommit)} later");
        Line($"overhead       {(result.Working - result.Bound) * options.AllDevices / options.Rows / TimeSpan.FromMilliseconds(1):F3} ms of a device a row");
        Line($"rows a batch   {(double)result.Devices.Sum(device => device.Time.Rows) / Math.Max(1, result.Devices.Sum(device => device.Time.Batches)):F2}, {result.Devices.Sum(device => device.Time.Rows) - options.Rows:N0} rows answered in vain");
        Line($"grain calls    {result.Calls.Values.Sum() / thousands:F1} per 1,000 rows: {Each(result.Calls, thousands)}");
        Line($"storage calls  {result.Storage.Values.Sum() / thousands:F1} per 1,000 rows: {Each(result.Storage, thousands)}");
        Line($"coordination   busiest grain {result.BusiestGrain.Grain}: {result.BusiestGrain.Busy / result.Ended:P1} of its time; longest call {result.LongestCall.TotalMilliseconds:F1} ms");
        Line($"retries        {result.Last.Retries}");
        Line($"memory         {string.Join(", ", result.Memory.Select(sample => string.Create(CultureInfo.InvariantCulture, $"{sample.Bytes / 1e6:F1} MB {sample.When}")))}");
        Line($"simulation     {Seconds(result.Ended)} in {Seconds(result.Real)}, {result.Moves:N0} moments");
        var faults = result.Faults().ToList();
        foreach (var fault in faults) Line($"WRONG          {fault}");
        if (faults.Count == 0) Line($"checked        every id once, manifest and record right");

        void Line(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("F2", CultureInfo.InvariantCulture) + " s";

    private static string Each(IReadOnlyDictionary<string, long> counts, double thousands) => string.Join(
        ", ", counts.OrderByDescending(count => count.Value).Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Key} {count.Value / thousands:F1}")));
}

using System.Globalization;
using ResPrune.Chaos.Fleet;

namespace ResPrune.Chaos.Scenarios;

/// <summary>What a fleet without work must not have: batches that are open and shards that somebody holds, by its own metrics.</summary>
internal static class Leftovers
{
    private static readonly string[] Gauges = ["resprune_batches_open", "resprune_shards_open"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>Waits a moment for the fleet to be done; what is left then.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(ChaosFleet fleet)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var left = new List<string>();
            foreach (var slot in fleet.Whole(control: true).Concat(fleet.Whole(control: false))) left.AddRange(await OfAsync(http, slot.Silo!));
            if (left.Count == 0 || patience.IsCancellationRequested) return left;
            await Task.Delay(Look);
        }
    }

    private static async Task<IEnumerable<string>> OfAsync(HttpClient http, SiloProcess silo)
    {
        if (silo.Metrics() is not { } address) return [$"{silo.Name} serves no metrics"];
        try
        {
            var text = await http.GetStringAsync(new Uri(address));
            return text.Split('\n')
                .Where(line => Gauges.Any(gauge => line.StartsWith(gauge, StringComparison.Ordinal)) && Value(line) != 0)
                .Select(line => $"{silo.Name} still has {line}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            // Others start on the same cores at that moment.
            return [$"{silo.Name} does not say what it still has: {exception.Message}"];
        }
    }

    // name{tags} value [time]
    private static double Value(string line) =>
        double.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
}

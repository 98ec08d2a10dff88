namespace ResPrune.FleetSimulator.Drawing;

/// <summary>A seeded source of draws that many threads may use.</summary>
internal sealed class Draws(int seed)
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);

    /// <summary>A duration.</summary>
    public TimeSpan Of(Distribution distribution)
    {
        lock (_lock) return distribution.Draw(_random);
    }

    /// <summary>A number in [0, 1).</summary>
    public double Share()
    {
        lock (_lock) return _random.NextDouble();
    }

    /// <summary>The time to the next of events that come by chance, so many an hour on the mean.</summary>
    public TimeSpan Until(double perHour) => TimeSpan.FromHours(-Math.Log(1 - Share()) / perHour);
}

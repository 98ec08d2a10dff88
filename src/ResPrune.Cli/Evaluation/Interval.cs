namespace ResPrune.Cli.Evaluation;

/// <summary>An estimate with its 95 % interval.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
internal sealed record Interval(double Value, double Low, double High)
{
    private const double Z = 1.959963984540054;

    /// <summary>A share of successes with Wilson's score interval.</summary>
    public static Interval Share(int successes, int trials)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trials, 1);
        double n = trials, share = successes / n;
        var middle = (share + (Z * Z / (2 * n))) / (1 + (Z * Z / n));
        var half = Z / (1 + (Z * Z / n)) * Math.Sqrt((share * (1 - share) / n) + (Z * Z / (4 * n * n)));
        return new Interval(share, Math.Max(0, middle - half), Math.Min(1, middle + half));
    }

    /// <summary>
    /// The mean of paired differences. Questions about one picture share its luck, so the standard error is taken over pictures, not over
    /// questions (the cluster-robust one).
    /// </summary>
    /// <param name="differences">Each difference with the picture it is about.</param>
    public static Interval PairedMean(IReadOnlyCollection<(long Picture, int Difference)> differences)
    {
        ArgumentNullException.ThrowIfNull(differences);
        ArgumentOutOfRangeException.ThrowIfZero(differences.Count);
        var mean = differences.Average(pair => (double)pair.Difference);
        var clusters = differences.GroupBy(pair => pair.Picture).Select(picture => picture.Sum(pair => pair.Difference - mean)).ToList();
        // One picture says nothing about how pictures differ.
        if (clusters.Count < 2) return new Interval(mean, -1, 1);
        var correction = (double)clusters.Count / (clusters.Count - 1);
        var half = Z * Math.Sqrt(correction * clusters.Sum(sum => sum * sum)) / differences.Count;
        return new Interval(mean, mean - half, mean + half);
    }
}

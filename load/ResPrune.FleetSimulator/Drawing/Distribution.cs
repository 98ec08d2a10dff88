using System.Globalization;
using System.Text.RegularExpressions;

namespace ResPrune.FleetSimulator.Drawing;

/// <summary>
/// What a duration is drawn from: <c>50ms</c> (always this), <c>10ms..30ms</c> (evenly), <c>10ms~0.5</c> (log-normal: the median, and the
/// standard deviation of the logarithm). Units: us, ms, s, min, h.
/// </summary>
internal sealed partial record Distribution
{
    private readonly string _text;
    private readonly double _low;
    private readonly double _high;
    private readonly double _sigma;

    private Distribution(string text, double low, double high, double sigma) => (_text, _low, _high, _sigma) = (text, low, high, sigma);

    /// <summary>The mean.</summary>
    public TimeSpan Mean => TimeSpan.FromSeconds(_sigma > 0 ? _low * Math.Exp(_sigma * _sigma / 2) : (_low + _high) / 2);

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Distribution Parse(string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success) throw new FormatException($"'{text}' is no duration: write 50ms, 10ms..30ms or 10ms~0.5 (median and sigma), with us, ms, s, min or h.");
        var low = Seconds(match.Groups["low"].Value, match.Groups["unit"].Value);
        var high = match.Groups["high"].Success ? Seconds(match.Groups["high"].Value, match.Groups["highunit"].Value) : low;
        var sigma = match.Groups["sigma"].Success ? Number(match.Groups["sigma"].Value) : 0;
        return high >= low ? new Distribution(text, low, high, sigma) : throw new FormatException($"'{text}' ends before it begins.");
    }

    /// <summary>Draws one.</summary>
    public TimeSpan Draw(Random random) => TimeSpan.FromSeconds(
        _sigma > 0 ? _low * Math.Exp(_sigma * Normal(random)) : _low + ((_high - _low) * random.NextDouble()));

    /// <inheritdoc/>
    public override string ToString() => _text;

    // Box and Muller, 1958.
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Seconds(string number, string unit) => Number(number) * unit switch
    {
        "us" => 1e-6,
        "ms" => 1e-3,
        "min" => 60,
        "h" => 3600,
        _ => 1,
    };

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<low>\d+(\.\d+)?)(?<unit>us|ms|s|min|h)(\.\.(?<high>\d+(\.\d+)?)(?<highunit>us|ms|s|min|h)|~(?<sigma>\d+(\.\d+)?))?$")]
    private static partial Regex Pattern();
}

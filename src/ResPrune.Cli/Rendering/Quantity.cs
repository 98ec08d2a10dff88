using System.Globalization;

namespace ResPrune.Cli.Rendering;

/// <summary>Numbers as people read them, the same in every language setting.</summary>
internal static class Quantity
{
    private static readonly string[] Binary = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    private static readonly string[] Decimal = ["", "k", "M", "G", "T", "P", "E"];

    /// <summary>12345 → <c>12,345</c>.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number of bytes, in powers of 1024.</summary>
    public static string Bytes(double bytes)
    {
        var (value, step) = Scale(bytes, 1024, Binary.Length);
        return Invariant($"{value.ToString(step == 0 ? "0" : "0.0", CultureInfo.InvariantCulture)} {Binary[step]}");
    }

    /// <summary>A number of floating-point operations, in powers of 1000.</summary>
    public static string Flops(double flops)
    {
        var (value, step) = Scale(flops, 1000, Decimal.Length);
        return Invariant($"{value:0.0} {Decimal[step]}FLOP");
    }

    /// <summary>0.123 → <c>12.3 %</c>.</summary>
    public static string Percent(double share) => Invariant($"{100 * share:0.0} %");

    /// <summary>Per second, with as many places as say something.</summary>
    public static string Rate(double perSecond) => perSecond >= 100 ? Invariant($"{perSecond:0}") : Invariant($"{perSecond:0.0}");

    /// <summary>Seconds with as many places as say something: <c>0.012 s</c>, <c>3.4 s</c>.</summary>
    public static string Seconds(double seconds) => seconds switch
    {
        >= 10 => Invariant($"{seconds:0.0} s"),
        >= 0.01 or 0 => Invariant($"{seconds:0.00} s"),
        _ => Invariant($"{1000 * seconds:0.00} ms"),
    };

    /// <summary>A span of time: <c>8 s</c>, <c>2 min 05 s</c>, <c>3 h 07 min</c>, <c>2 d 04 h</c>.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalMinutes: < 1 } => Invariant($"{Math.Ceiling(span.TotalSeconds):0} s"),
        { TotalHours: < 1 } => Invariant($"{span.Minutes} min {span.Seconds:00} s"),
        { TotalDays: < 1 } => Invariant($"{span.Hours} h {span.Minutes:00} min"),
        _ => Invariant($"{span.Days} d {span.Hours:00} h"),
    };

    /// <summary>A share with three places, as tables of accuracy have it.</summary>
    public static string Accuracy(double share) => Invariant($"{share:0.000}");

    /// <summary>The same with its sign.</summary>
    public static string Difference(double difference) => Invariant($"{difference:+0.000;-0.000;0.000}");

    private static (double Value, int Step) Scale(double value, double unit, int steps)
    {
        var step = 0;
        while (value >= unit && step < steps - 1)
        {
            value /= unit;
            step++;
        }

        return (value, step);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;

namespace ResPrune.Inference.Pruning;

/// <summary>How many visual tokens to keep: all, a fixed count, or a share of what the encoder produced.</summary>
public readonly record struct TokenBudget
{
    private readonly double _ratio;
    private readonly int _count;
    private readonly string? _text;

    private TokenBudget(double ratio, int count, string text)
    {
        _ratio = ratio;
        _count = count;
        _text = text;
    }

    /// <summary>Keep every token.</summary>
    public static TokenBudget All => default;

    /// <summary>True when nothing is dropped.</summary>
    public bool KeepsAll => _ratio == 0 && _count == 0;

    /// <summary>Reads <c>all</c>, a fraction (<c>1/3</c>), a ratio in (0, 1) (<c>0.25</c>; <c>1.0</c> is all) or a count (<c>64</c>).</summary>
    /// <exception cref="FormatException">The text is none of these; the message says what may be typed.</exception>
    public static TokenBudget Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        if (string.Equals(trimmed, "all", StringComparison.OrdinalIgnoreCase)) return All;
        if (int.TryParse(trimmed, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
            return new TokenBudget(0, count, trimmed);
        if (TryParseRatio(trimmed, out var ratio)) return ratio == 1 ? All : new TokenBudget(ratio, 0, trimmed);
        throw new FormatException($"'{text}' is not a token budget: use 'all', a fraction like 1/3, a ratio like 0.25, or a count like 64.");
    }

    /// <summary>Tokens to keep of <paramref name="total"/>: the share rounded to nearest (half up), at least 1, at most the total.</summary>
    public int Resolve(int total)
    {
        if (KeepsAll) return total;
        var wanted = _count > 0 ? _count : (int)Math.Floor((total * _ratio) + 0.5);
        return Math.Clamp(wanted, Math.Min(1, total), total);
    }

    /// <inheritdoc/>
    public override string ToString() => _text ?? "all";

    private static bool TryParseRatio(string text, out double ratio)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out ratio)
                && ratio > 0 && ratio <= 1;
        }

        ratio = 0;
        if (!int.TryParse(text.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out var part)) return false;
        if (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var whole)) return false;
        if (part <= 0 || whole <= 0 || part > whole) return false;
        ratio = (double)part / whole;
        return true;
    }
}

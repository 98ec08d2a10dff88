using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ResPrune.Inference.Tests.Fuzzing;

/// <summary>Damages a file in one to four ways; the same seed damages the same bytes in the same way.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly string[] Numbers =
    [
        "0", "-1", "1", "2", "7", "255", "256", "65535", "65536", "16777215", "16777216", "2147483647", "2147483648", "-2147483648", "4294967295",
        "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551615", "1e3", "1e308", "1e999", "-0.0", "0.5", "1e-9",
    ];

    private static readonly string[] Values = ["null", "true", "false", "{}", "[]", "\"\"", "\"\\ud800\"", "\"a\"", "[[]]", "-", "NaN", "1.5"];

    private readonly Random _random = new(seed);

    /// <summary>A damaged copy.</summary>
    public byte[] Mutate(byte[] input)
    {
        // Half of the time the text stays JSON, mostly, so that more than the parser sees it.
        var first = _random.Next(2) == 0 ? 5 : 0;
        var bytes = input;
        for (var rounds = 1 + _random.Next(4); rounds > 0; rounds--) bytes = MutateOnce(bytes, _random.Next(first, 10));
        return bytes;
    }

    private byte[] MutateOnce(byte[] bytes, int way) => way switch
    {
        0 => Flip(bytes),
        1 => Truncate(bytes),
        2 => Splice(bytes),
        3 => Remove(bytes),
        4 => Overwrite(bytes),
        5 or 6 => ReplaceNumber(bytes),
        7 => DuplicateMember(bytes),
        8 => ReplaceValue(bytes),
        _ => SwapStrings(bytes),
    };

    private byte[] Flip(byte[] bytes)
    {
        var output = bytes.ToArray();
        for (var flips = 1 + _random.Next(8); flips > 0 && output.Length > 0; flips--) output[Place(output)] ^= (byte)(1 << _random.Next(8));
        return output;
    }

    private byte[] Truncate(byte[] bytes) => bytes[.._random.Next(bytes.Length + 1)];

    /// <summary>Puts a stretch of the file in at another place.</summary>
    private byte[] Splice(byte[] bytes)
    {
        var (start, length) = Stretch(bytes);
        var at = _random.Next(bytes.Length + 1);
        return [.. bytes[..at], .. bytes.AsSpan(start, length), .. bytes[at..]];
    }

    private byte[] Remove(byte[] bytes)
    {
        var (start, length) = Stretch(bytes);
        return [.. bytes[..start], .. bytes[(start + length)..]];
    }

    /// <summary>Writes a number of an edge case in binary, as headers hold them.</summary>
    private byte[] Overwrite(byte[] bytes)
    {
        if (bytes.Length < 8) return bytes;
        var output = bytes.ToArray();
        var value = _random.Next(6) switch
        {
            0 => 0UL,
            1 => ulong.MaxValue,
            2 => 1UL << _random.Next(64),
            3 => (ulong)bytes.Length,
            4 => (1UL << _random.Next(64)) - 1,
            _ => (ulong)_random.NextInt64(),
        };
        var target = output.AsSpan(Math.Min(Place(output), output.Length - 8), 8);
        var width = 1 << _random.Next(4);
        Span<byte> number = stackalloc byte[8];
        if (_random.Next(2) == 0) BinaryPrimitives.WriteUInt64LittleEndian(number, value);
        else BinaryPrimitives.WriteUInt64BigEndian(number, value << (64 - (8 * width)));
        number[..width].CopyTo(target);
        return output;
    }

    private byte[] ReplaceNumber(byte[] bytes)
    {
        var digits = Enumerable.Range(0, bytes.Length).Where(i => IsDigit(bytes[i]) && (i == 0 || !IsDigit(bytes[i - 1]))).ToArray();
        if (digits.Length == 0) return Flip(bytes);
        var start = digits[_random.Next(digits.Length)];
        var end = start;
        while (end < bytes.Length && IsDigit(bytes[end])) end++;
        var number = _random.Next(3) == 0 ? _random.Next(1 << _random.Next(1, 31)).ToString(CultureInfo.InvariantCulture) : Numbers[_random.Next(Numbers.Length)];
        return Replace(bytes, start, end, number);
    }

    /// <summary>Repeats a member of a JSON object, or an element with its comma.</summary>
    private byte[] DuplicateMember(byte[] bytes)
    {
        if (Token(bytes, ',') is not { } comma) return Flip(bytes);
        var end = Array.IndexOf(bytes, (byte)',', comma + 1);
        if (end < 0) end = bytes.Length;
        return [.. bytes[..end], .. bytes.AsSpan(comma, Math.Min(end - comma, 4096)), .. bytes[end..]];
    }

    private byte[] ReplaceValue(byte[] bytes)
    {
        if (Token(bytes, ':') is not { } colon) return Flip(bytes);
        var end = Array.FindIndex(bytes, colon + 1, value => value is (byte)',' or (byte)'}' or (byte)']');
        return Replace(bytes, colon + 1, end < 0 ? bytes.Length : end, Values[_random.Next(Values.Length)]);
    }

    private byte[] SwapStrings(byte[] bytes)
    {
        var quotes = Enumerable.Range(0, bytes.Length).Where(i => bytes[i] == '"').ToArray();
        if (quotes.Length < 4) return Splice(bytes);
        var (a, b) = (2 * _random.Next(quotes.Length / 2), 2 * _random.Next(quotes.Length / 2));
        if (a == b) return Flip(bytes);
        (a, b) = (Math.Min(a, b), Math.Max(a, b));
        return
        [
            .. bytes[..quotes[a]], .. bytes[quotes[b]..quotes[b + 1]],
            .. bytes[quotes[a + 1]..quotes[b]], .. bytes[quotes[a]..quotes[a + 1]], .. bytes[quotes[b + 1]..],
        ];
    }

    /// <summary>Somewhere, half of the time near the front, where headers are.</summary>
    private int Place(byte[] bytes) => _random.Next(_random.Next(2) == 0 ? Math.Min(bytes.Length, 64) : bytes.Length);

    private (int Start, int Length) Stretch(byte[] bytes)
    {
        var start = _random.Next(bytes.Length + 1);
        return (start, _random.Next(Math.Min(bytes.Length - start, 1 << _random.Next(1, 11)) + 1));
    }

    private int? Token(byte[] bytes, char token)
    {
        var places = Enumerable.Range(0, bytes.Length).Where(i => bytes[i] == token).ToArray();
        return places.Length == 0 ? null : places[_random.Next(places.Length)];
    }

    private static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9';

    private static byte[] Replace(byte[] bytes, int start, int end, string text) => [.. bytes[..start], .. Encoding.UTF8.GetBytes(text), .. bytes[end..]];
}

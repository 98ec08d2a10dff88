using System.Globalization;

namespace ResPrune.Inference.Tokenization;

/// <summary>
/// What canonical composition needs to know of Unicode, read from <c>CanonicalTable.txt</c>. .NET's own normalization does nothing without
/// ICU (this product runs in invariant mode), and would follow another version of Unicode than the tokenizers' one.
/// </summary>
internal sealed class CanonicalTable
{
    private const int HangulFirst = 0xAC00, HangulLast = 0xD7A3, JamoL = 0x1100, JamoV = 0x1161, JamoT = 0x11A7;
    private const int JamoVCount = 21, JamoTCount = 28;

    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<int, int[]> _decompositions = [];
    private readonly Dictionary<(int First, int Second), int> _compositions = [];
    private readonly HashSet<int> _continuing = [];

    private CanonicalTable(TextReader lines)
    {
        while (lines.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#') Add(line.Split(' '));
        }

        // A decomposition may start with something that decomposes further.
        foreach (var code in _decompositions.Keys.ToArray())
            _decompositions[code] = [.. _decompositions[code].SelectMany(Expand)];
        _continuing.UnionWith(_classes.Keys);
        _continuing.UnionWith(_compositions.Keys.Select(pair => pair.Second));
        _continuing.UnionWith(_decompositions.Where(entry => _continuing.Contains(entry.Value[0])).Select(entry => entry.Key).ToArray());
    }

    /// <summary>The table of this assembly.</summary>
    public static CanonicalTable Instance { get; } = Load();

    /// <summary>Canonical combining class; 0 for a character that starts something.</summary>
    public int ClassOf(int code) => _classes.GetValueOrDefault(code);

    /// <summary>True when a character may reorder or compose with what is before it, so that a text cannot be cut in front of it.</summary>
    public bool Continues(int code) =>
        code >= 0x300 && (_continuing.Contains(code) || code is >= JamoV and < JamoV + JamoVCount or > JamoT and < JamoT + JamoTCount);

    /// <summary>Appends the full decomposition of a character.</summary>
    public void Decompose(int code, List<int> output)
    {
        if (code is >= HangulFirst and <= HangulLast)
        {
            var index = code - HangulFirst;
            output.Add(JamoL + (index / JamoTCount / JamoVCount));
            output.Add(JamoV + (index / JamoTCount % JamoVCount));
            if (index % JamoTCount is var tail and not 0) output.Add(JamoT + tail);
        }
        else if (_decompositions.TryGetValue(code, out var parts))
        {
            output.AddRange(parts);
        }
        else
        {
            output.Add(code);
        }
    }

    /// <summary>The character that two compose to, or null.</summary>
    public int? Compose(int first, int second)
    {
        if (second is >= JamoV and < JamoV + JamoVCount && first - JamoL is >= 0 and < 19 and var lead)
            return HangulFirst + (((lead * JamoVCount) + second - JamoV) * JamoTCount);
        if (second is > JamoT and < JamoT + JamoTCount && first is >= HangulFirst and <= HangulLast && (first - HangulFirst) % JamoTCount == 0)
            return first + second - JamoT;
        return _compositions.TryGetValue((first, second), out var composed) ? composed : null;
    }

    private static CanonicalTable Load()
    {
        const string Name = "ResPrune.Inference.Tokenization.CanonicalTable.txt";
        using var stream = typeof(CanonicalTable).Assembly.GetManifestResourceStream(Name)
            ?? throw new InvalidOperationException($"The assembly lacks its resource {Name}.");
        using var reader = new StreamReader(stream);
        return new CanonicalTable(reader);
    }

    /// <summary><c>300..314 230</c> is a class, <c>C0 = 41 300</c> a decomposition that composes again, <c>340 > 300</c> one that does not.</summary>
    private void Add(string[] fields)
    {
        if (fields is [var range, var value])
        {
            var bounds = range.Split("..").Select(Parse).ToArray();
            for (var code = bounds[0]; code <= bounds[^1]; code++) _classes[code] = byte.Parse(value, CultureInfo.InvariantCulture);
            return;
        }

        var composed = Parse(fields[0]);
        int[] parts = [.. fields[2..].Select(Parse)];
        _decompositions[composed] = parts;
        if (fields[1] == "=") _compositions[(parts[0], parts[1])] = composed;
    }

    private IEnumerable<int> Expand(int code) => _decompositions.TryGetValue(code, out var parts) ? parts.SelectMany(Expand) : [code];

    private static int Parse(string code) => int.Parse(code, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}

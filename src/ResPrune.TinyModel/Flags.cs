using System.Globalization;

namespace ResPrune.TinyModel;

/// <summary>The <c>--name value</c> pairs of a command line.</summary>
internal sealed class Flags
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">Something is not a pair, or a name comes twice.</exception>
    public Flags(IEnumerable<string> args)
    {
        string? name = null;
        foreach (var arg in args)
        {
            if (name is not null)
            {
                if (!_values.TryAdd(name, arg))
                    throw new ArgumentException($"--{name} is given twice.");
                name = null;
            }
            else if (arg.StartsWith("--", StringComparison.Ordinal))
            {
                name = arg[2..];
            }
            else
            {
                throw new ArgumentException($"'{arg}' is unexpected.");
            }
        }

        if (name is not null)
            throw new ArgumentException($"--{name} needs a value.");
    }

    public string? Optional(string name)
    {
        _used.Add(name);
        return _values.GetValueOrDefault(name);
    }

    public string Required(string name) => Optional(name) ?? throw new ArgumentException($"--{name} is needed.");

    public int Int(string name, int standard)
    {
        if (Optional(name) is not { } text)
            return standard;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? value
            : throw new ArgumentException($"--{name} {text}: a positive whole number is needed.");
    }

    /// <exception cref="ArgumentException">A flag was given that the command does not know.</exception>
    public void EnsureAllUsed()
    {
        if (_values.Keys.FirstOrDefault(k => !_used.Contains(k)) is { } unknown)
            throw new ArgumentException($"--{unknown} is unknown here.");
    }
}

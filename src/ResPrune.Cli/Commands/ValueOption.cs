using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace ResPrune.Cli.Commands;

/// <summary>Makes options whose values are checked while parsing, so that a wrong one stops the program before any work.</summary>
internal static class ValueOption
{
    /// <summary>
    /// An option whose text goes through <paramref name="parse"/>; its <see cref="FormatException"/> is what the user reads.
    /// </summary>
    public static Option<T> Create<T>(string name, string valueName, string description, T defaultValue, Func<string, T> parse) => new(name)
    {
        Description = description,
        HelpName = valueName,
        DefaultValueFactory = _ => defaultValue,
        CustomParser = result => Parse(result, name, parse),
    };

    /// <summary>A number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public static Option<T> Number<T>(string name, string valueName, string description, T defaultValue, T min, T max)
        where T : INumber<T> => Create(name, valueName, description, defaultValue, text => Number(text, min, max));

    /// <summary>A number from <paramref name="min"/> to <paramref name="max"/>, or nothing.</summary>
    public static Option<T?> OptionalNumber<T>(string name, string valueName, string description, T min, T max)
        where T : struct, INumber<T> => Create<T?>(name, valueName, description, null, text => Number(text, min, max));

    /// <summary>One of a few words.</summary>
    public static Option<string> Word(string name, string description, string defaultValue, IReadOnlyList<string> words) =>
        Create(name, string.Join('|', words), description, defaultValue, text => Word(text, words));

    /// <summary>
    /// Values between commas, each through <paramref name="parse"/>; blanks around them are dropped, repeated ones refused.
    /// </summary>
    public static Option<IReadOnlyList<T>> List<T>(
        string name, string valueName, string description, IReadOnlyList<T> defaultValue, Func<string, T> parse) =>
        Create(name, valueName, description, defaultValue, text =>
        {
            var items = text.Split(',', StringSplitOptions.TrimEntries);
            if (items.Distinct(StringComparer.Ordinal).Count() != items.Length) throw new FormatException($"'{text}' names a value twice.");
            return (IReadOnlyList<T>)[.. items.Select(parse)];
        });

    /// <summary>Reads a number.</summary>
    /// <exception cref="FormatException">It is none, or outside the range.</exception>
    public static T Number<T>(string text, T min, T max)
        where T : INumber<T> =>
        T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a number from {min} to {max}."));

    /// <summary>Reads one of a few words.</summary>
    /// <exception cref="FormatException">It is another.</exception>
    public static string Word(string text, IReadOnlyList<string> words) => words.Contains(text)
        ? text
        : throw new FormatException($"'{text}' is not one of: {string.Join(", ", words)}.");

    private static T Parse<T>(ArgumentResult result, string name, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens[^1].Value);
        }
        catch (FormatException exception)
        {
            result.AddError($"{name}: {exception.Message}");
            return default!;
        }
    }
}

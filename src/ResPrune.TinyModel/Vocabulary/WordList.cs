using System.Text.RegularExpressions;
using ResPrune.TinyModel.Questions;
using ResPrune.TinyModel.Scenes;

namespace ResPrune.TinyModel.Vocabulary;

/// <summary>Every word the model reads or writes.</summary>
internal static partial class WordList
{
    /// <summary>Words after a blank, each one token with its leading "▁".</summary>
    public static IReadOnlyList<string> Words { get; } = Collect(first: false);

    /// <summary>First words of questions: they follow the line break, so they are tokens without a "▁".</summary>
    public static IReadOnlyList<string> FirstWords { get; } = Collect(first: true);

    /// <summary>Cuts text into words and punctuation marks.</summary>
    public static IEnumerable<string> Split(string text) => Pieces().Matches(text).Select(m => m.Value);

    /// <summary>The same with where each begins.</summary>
    public static IEnumerable<(string Word, int Start)> SplitWithStarts(string text) => Pieces().Matches(text).Select(m => (m.Value, m.Index));

    private static string[] Collect(bool first)
    {
        var words = new List<string>();
        if (!first)
        {
            words.AddRange(["USER", "ASSISTANT", QuestionTemplates.Yes, QuestionTemplates.No, QuestionTemplates.Nothing, QuestionTemplates.And, "a", "an", "some"]);
            words.AddRange(QuestionTemplates.Numbers);
            words.AddRange(NounCatalogue.All.SelectMany(n => new[] { n.Name, n.Plural }));
            words.AddRange(NounCatalogue.Categories);
            words.AddRange(CardColours.All.Select(c => c.Name));
            words.AddRange(Enumerable.Range(0, Place.Count).SelectMany(i => new Place(i).Name.Split(' ')));
        }

        foreach (var template in QuestionTemplates.All)
        {
            var asked = !template.StartsWith(' ');
            var split = Split(Placeholder().Replace(template, " ")).Where(w => char.IsAsciiLetter(w[0])).ToArray();
            words.AddRange(first ? split[..(asked ? 1 : 0)] : split[(asked ? 1 : 0)..]);
        }

        return [.. words.Distinct(StringComparer.Ordinal)];
    }

    [GeneratedRegex("[A-Za-z]+|[^A-Za-z\\s]")]
    private static partial Regex Pieces();

    [GeneratedRegex("\\{[a-z]\\}")]
    private static partial Regex Placeholder();
}

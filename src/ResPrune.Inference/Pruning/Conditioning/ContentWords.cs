using System.Text.RegularExpressions;

namespace ResPrune.Inference.Pruning.Conditioning;

/// <summary>
/// Finds the words of a question that a picture can answer to. The paper keeps nouns by a tagger; here, without one, the order of
/// <c>DESIGN.md</c> §4 holds: the words left by a stop list, or else the whole question.
/// </summary>
internal static partial class ContentWords
{
    // A word longer than this is no word; the stop list would copy it to the stack.
    private const int LongestStopWord = 32;

    /// <summary>
    /// Spans of the content words, ascending. Answer-format instructions are left out. When no content word is left: what is not such
    /// an instruction, as one span or several; when that is nothing but white space: the whole question.
    /// </summary>
    public static IReadOnlyList<TextSpan> Select(string question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var instructions = AnswerFormatInstructions.Find(question);
        var words = new List<TextSpan>();
        foreach (var match in Word().EnumerateMatches(question))
        {
            var span = new TextSpan(match.Index, match.Index + match.Length);
            if (Overlaps(instructions, span) || IsStopWord(question.AsSpan(match.Index, match.Length))) continue;
            words.Add(span);
        }

        if (words.Count > 0) return words;
        var rest = Outside(question, instructions);
        return rest.Count > 0 ? rest : [new TextSpan(0, question.Length)];
    }

    private static bool IsStopWord(ReadOnlySpan<char> word) => word.Length <= LongestStopWord && StopWords.Contains(word);

    private static bool Overlaps(IReadOnlyList<TextSpan> spans, TextSpan span)
    {
        foreach (var other in spans)
            if (other.Overlaps(span)) return true;
        return false;
    }

    /// <summary>The stretches between the instructions that hold more than white space and punctuation.</summary>
    private static List<TextSpan> Outside(string question, IReadOnlyList<TextSpan> instructions)
    {
        var rest = new List<TextSpan>();
        var start = 0;
        foreach (var (from, to) in instructions.Append(new TextSpan(question.Length, question.Length)))
        {
            if (Word().IsMatch(question.AsSpan(start, from - start))) rest.Add(new TextSpan(start, from));
            start = to;
        }

        return rest;
    }

    /// <summary>Letters and digits with their marks, joined by apostrophes or hyphens.</summary>
    [GeneratedRegex(@"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’-][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}

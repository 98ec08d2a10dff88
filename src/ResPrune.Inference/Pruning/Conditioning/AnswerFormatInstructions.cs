using System.Text.RegularExpressions;

namespace ResPrune.Inference.Pruning.Conditioning;

/// <summary>
/// Sentences that say how to answer and nothing of what to look at. Benchmarks append them to every question; as conditions they would
/// pull the selection towards nothing in the picture.
/// </summary>
internal static partial class AnswerFormatInstructions
{
    /// <summary>Where such instructions stand in a question, ascending; none overlaps another.</summary>
    public static IReadOnlyList<TextSpan> Find(string question)
    {
        ArgumentNullException.ThrowIfNull(question);
        var found = new List<TextSpan>();
        foreach (var expression in (ReadOnlySpan<Regex>)[AnswerWith(), AnswerInStyle(), GiveShape(), Unanswerable(), Reasoning()])
        {
            foreach (var match in expression.EnumerateMatches(question))
            {
                var span = new TextSpan(match.Index, match.Index + match.Length);
                if (!found.Exists(span.Overlaps)) found.Add(span);
            }
        }

        found.Sort((a, b) => a.Start.CompareTo(b.Start));
        return found;
    }

    /// <summary>"Answer the question using a single word or phrase.", "Please answer with yes or no", "… with the option's letter …".</summary>
    [GeneratedRegex(
        @"\b(?:please\s+|and\s+|then\s+|,\s*)*(?:answer|respond|reply)(?:\s+(?:the|this|my|each|following|question|questions|it|me))*\s+"
        + @"(?:using|with|in|by)\s+(?:(?:just|only|exactly|either|at\s+most|no\s+more\s+than)\s+)*(?:(?:a|an|the|one|two|three|few|\d+)\b\s*)?"
        + @"(?:(?:single|short|brief|full|complete|simple|one|few|correct)\s+)*"
        + @"(?:words?|phrases?|sentences?|paragraph|numbers?|digits?|integers?|letters?|options?(?:['’]s)?|choices?|yes|no|true|false|json)\b"
        + @"[^.?!\n]*[.!]?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AnswerWith();

    /// <summary>"Answer briefly.", "Be concise", "Keep your answer short".</summary>
    [GeneratedRegex(
        @"\b(?:please\s+)?(?:(?:answer|respond|reply)(?:\s+(?:the|this|question|as))*\s+(?:very\s+)?"
        + @"(?:briefly|shortly|concisely|succinctly|directly|yes\s+or\s+no|short(?:ly)?|in\s+short|in\s+brief)(?:\s+as\s+possible)?"
        + @"|(?:be|keep\s+(?:it|your\s+(?:answer|response|reply)))\s+(?:brief|concise|short|succinct))\b[.!]?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AnswerInStyle();

    /// <summary>"Provide a short answer.", "Give only the letter of the correct option", "Choose from the given choices".</summary>
    [GeneratedRegex(
        @"\b(?:please\s+)?(?:(?:give|provide|write|return|output)\s+(?:(?:me|just|only|your|a|an|the)\s+)*"
        + @"(?:(?:single|short|brief|one|one-word|final|correct|direct)[\s-]+)*"
        + @"(?:answer|response|letter(?:\s+of\s+the\s+(?:correct|right)?\s*(?:option|choice|answer))?|word|phrase)\b"
        + @"|(?:choose|select|pick)\s+(?:(?:one|only|the|a|correct|right|best|answer|option|letter)\s+)*"
        + @"(?:from|of|among)\s+(?:the\s+)?(?:given|following|above|provided)?\s*(?:options|choices|answers))[^.?!\n]*[.!]?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex GiveShape();

    /// <summary>VizWiz: "When the provided information is insufficient, respond with 'Unanswerable'."</summary>
    [GeneratedRegex(
        @"\b(?:when|if)\s+(?:the\s+)?(?:provided|given|available)?\s*(?:information|image|picture|question)\s+is\s+"
        + @"(?:insufficient|not\s+enough|not\s+sufficient|unanswerable)[^.?!\n]*[.!]?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Unanswerable();

    /// <summary>"Think step by step.", "Explain your reasoning."</summary>
    [GeneratedRegex(
        @"\b(?:please\s+)?(?:let['’]?s\s+)?(?:think\s+step\s+by\s+step|(?:explain|show)\s+your\s+(?:reasoning|answer|work))\b[.!]?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Reasoning();
}

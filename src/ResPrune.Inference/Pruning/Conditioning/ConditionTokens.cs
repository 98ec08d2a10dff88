using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Pruning.Conditioning;

/// <summary>Finds the tokens whose embedding rows are U.</summary>
internal static class ConditionTokens
{
    /// <summary>
    /// Ids of the tokens that share a character with a content word of the question, in prompt order, one for every sub-word token (an id
    /// may come twice). White space at the ends of a token does not count, so that a piece holding only a space belongs to no word.
    /// </summary>
    /// <param name="question">The user's words alone.</param>
    /// <param name="tokens">The real tokenisation of the question or of a prompt around it, ascending; what lies outside is left out.</param>
    /// <param name="questionStart">Where the question begins in the text the tokens point into. Default 0.</param>
    public static int[] Select(string question, IReadOnlyList<TextToken> tokens, int questionStart = 0)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(tokens);
        var words = ContentWords.Select(question);
        var ids = new List<int>(tokens.Count);
        var next = 0;
        foreach (var token in tokens)
        {
            var span = Inside(question, token.Start - questionStart, token.End - questionStart);
            while (next < words.Count && words[next].End <= span.Start) next++;
            if (next < words.Count && words[next].Overlaps(span)) ids.Add(token.Id);
        }

        return [.. ids];
    }

    /// <summary>The part of a token inside the question, without white space at its ends; empty where there is none.</summary>
    private static TextSpan Inside(string question, int start, int end)
    {
        start = Math.Clamp(start, 0, question.Length);
        end = Math.Clamp(end, start, question.Length);
        while (start < end && char.IsWhiteSpace(question[start])) start++;
        while (end > start && char.IsWhiteSpace(question[end - 1])) end--;
        return new TextSpan(start, end);
    }
}

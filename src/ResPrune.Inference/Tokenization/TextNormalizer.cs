using System.Text;

namespace ResPrune.Inference.Tokenization;

/// <summary>The steps <c>Prepend</c> and <c>Replace</c> (of a literal) of a <c>tokenizer.json</c> normalizer, in order.</summary>
internal sealed class TextNormalizer(IReadOnlyList<NormalizerStep> steps)
{
    /// <summary>The normalized text with its alignment.</summary>
    public NormalizedText Normalize(string text)
    {
        var result = NormalizedText.Of(text);
        foreach (var step in steps)
            result = step.Pattern is null ? Prepend(result, step.Content) : Replace(result, step.Pattern, step.Content);
        return result;
    }

    private static NormalizedText Prepend(NormalizedText text, string content)
    {
        if (text.Text.Length == 0) return text;
        var origins = new int[text.Origins.Length + content.Length];
        text.Origins.CopyTo(origins, content.Length);
        return new NormalizedText(content + text.Text, origins);
    }

    private static NormalizedText Replace(NormalizedText text, string pattern, string content)
    {
        var match = text.Text.IndexOf(pattern, StringComparison.Ordinal);
        if (match < 0) return text;
        var output = new StringBuilder(text.Text.Length);
        var origins = new List<int>(text.Origins.Length);
        var at = 0;
        for (; match >= 0; match = text.Text.IndexOf(pattern, at, StringComparison.Ordinal))
        {
            output.Append(text.Text, at, match - at).Append(content);
            origins.AddRange(text.Origins.AsSpan(at, match - at));
            origins.AddRange(Enumerable.Repeat(text.Origins[match], content.Length));
            at = match + pattern.Length;
        }

        output.Append(text.Text, at, text.Text.Length - at);
        origins.AddRange(text.Origins.AsSpan(at));
        return new NormalizedText(output.ToString(), [.. origins]);
    }
}

namespace ResPrune.Inference.Tokenization;

/// <summary>The normalizer of a <c>tokenizer.json</c>, step by step.</summary>
internal sealed class TextNormalizer(IReadOnlyList<NormalizerStep> steps)
{
    /// <summary>The normalized text with its alignment.</summary>
    public AlignedText Normalize(string text)
    {
        var result = AlignedText.Of(text);
        foreach (var step in steps)
        {
            result = step switch
            {
                NormalizerStep.Prepend prepend => Prepend(result, prepend.Content),
                NormalizerStep.Replace replace => Replace(result, replace.Pattern, replace.Content),
                NormalizerStep.Compose => CanonicalComposition.Compose(result),
                _ => throw new InvalidOperationException($"No such normalizer step: {step}."),
            };
        }

        return result;
    }

    /// <summary>Replaces a literal everywhere, from the left.</summary>
    public static AlignedText Replace(AlignedText text, string pattern, string content)
    {
        var match = text.Text.IndexOf(pattern, StringComparison.Ordinal);
        if (match < 0) return text;
        var output = new AlignedTextBuilder(text);
        var at = 0;
        for (; match >= 0; match = text.Text.IndexOf(pattern, at, StringComparison.Ordinal))
        {
            output.Keep(at, match);
            at = match + pattern.Length;
            output.Replace(match, at, content);
        }

        output.Keep(at, text.Text.Length);
        return output.Build();
    }

    private static AlignedText Prepend(AlignedText text, string content)
    {
        if (text.Text.Length == 0) return text;
        var output = new AlignedTextBuilder(text);
        output.Insert(0, content);
        output.Keep(0, text.Text.Length);
        return output.Build();
    }
}

namespace ResPrune.Inference.Tokenization;

/// <summary>A text after normalization that remembers where each of its characters came from.</summary>
/// <param name="Text">The normalized text.</param>
/// <param name="Origins">
/// For each UTF-16 code unit, and once more for the end, the index in the original text; never decreasing.
/// </param>
internal sealed record NormalizedText(string Text, int[] Origins)
{
    /// <summary>A text as it was given.</summary>
    public static NormalizedText Of(string text)
    {
        var origins = new int[text.Length + 1];
        for (var i = 0; i < origins.Length; i++) origins[i] = i;
        return new NormalizedText(text, origins);
    }
}

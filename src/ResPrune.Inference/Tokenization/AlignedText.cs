namespace ResPrune.Inference.Tokenization;

/// <summary>A text on its way to tokens that remembers what each of its UTF-16 code units stands for in the text that was given.</summary>
/// <param name="Text">The text as it is now.</param>
/// <param name="Starts">For each code unit, where what it stands for starts in the original; never decreasing.</param>
/// <param name="Ends">For each code unit, where that ends; equal to the start for what was put in.</param>
internal sealed record AlignedText(string Text, int[] Starts, int[] Ends)
{
    /// <summary>A text as it was given.</summary>
    public static AlignedText Of(string text)
    {
        var starts = new int[text.Length];
        var ends = new int[text.Length];
        for (var i = 0; i < starts.Length; i++) (starts[i], ends[i]) = (i, i + 1);
        return new AlignedText(text, starts, ends);
    }

    /// <summary>A stretch of this text, still aligned with the whole original.</summary>
    public AlignedText Slice(int start, int end) =>
        start == 0 && end == Text.Length ? this : new AlignedText(Text[start..end], Starts[start..end], Ends[start..end]);
}

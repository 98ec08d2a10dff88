namespace ResPrune.Inference.Tokenization;

/// <summary>A text cut into words.</summary>
/// <param name="Text">The text.</param>
/// <param name="Ends">The index behind each word; words follow each other without a gap, none is empty.</param>
internal sealed record SegmentedText(AlignedText Text, List<int> Ends)
{
    /// <summary>A text as one word, or none when it is empty.</summary>
    public static SegmentedText Of(AlignedText text) => new(text, text.Text.Length == 0 ? [] : [text.Text.Length]);
}

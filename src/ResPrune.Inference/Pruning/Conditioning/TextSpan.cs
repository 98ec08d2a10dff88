namespace ResPrune.Inference.Pruning.Conditioning;

/// <summary>UTF-16 positions [<paramref name="Start"/>, <paramref name="End"/>) of a question.</summary>
/// <param name="Start">First character.</param>
/// <param name="End">One past the last character.</param>
internal readonly record struct TextSpan(int Start, int End)
{
    /// <summary>Whether the two share a character; an empty span shares none.</summary>
    public bool Overlaps(TextSpan other) => Math.Max(Start, other.Start) < Math.Min(End, other.End);
}

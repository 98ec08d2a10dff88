namespace ResPrune.Inference.Tokenization;

/// <summary>One step from pieces back to text.</summary>
internal abstract record DecoderStep
{
    private DecoderStep()
    {
    }

    /// <summary>Replaces a literal in every piece.</summary>
    public sealed record Replace(string Pattern, string Content) : DecoderStep;

    /// <summary>Turns runs of <c>&lt;0xNN&gt;</c> into the text of these bytes, or into U+FFFD for each when they are not UTF-8.</summary>
    public sealed record ByteFallback : DecoderStep;

    /// <summary>Joins all pieces into one.</summary>
    public sealed record Fuse : DecoderStep;

    /// <summary>Takes up to so many of a character off the front and the back of every piece.</summary>
    public sealed record Strip(char Content, int Start, int Stop) : DecoderStep;

    /// <summary>Turns all pieces, written in the <see cref="ByteAlphabet"/>, into one text.</summary>
    public sealed record ByteLevel : DecoderStep;

    /// <summary>Turns a mark into a space, in the first piece into nothing when <paramref name="Prepended"/>.</summary>
    public sealed record Metaspace(char Mark, bool Prepended) : DecoderStep;
}

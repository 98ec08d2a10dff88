namespace ResPrune.Inference.Tokenization;

/// <summary>One step that cuts a text into the words inside which pieces merge.</summary>
internal abstract record PreTokenizerStep
{
    private PreTokenizerStep()
    {
    }

    /// <summary>Cuts at the matches of a pattern, each a word.</summary>
    public sealed record Split(WordPattern Pattern) : PreTokenizerStep;

    /// <summary>Writes the bytes of each word in the <see cref="ByteAlphabet"/>.</summary>
    /// <param name="AddPrefixSpace">A word that does not begin with a space gets one first.</param>
    /// <param name="Pattern">Cuts before that; null leaves the words as they are.</param>
    public sealed record ByteLevel(bool AddPrefixSpace, WordPattern? Pattern) : PreTokenizerStep;

    /// <summary>Writes spaces as a mark.</summary>
    /// <param name="Mark">The mark, ▁ in published files.</param>
    /// <param name="Scheme">Which words that do not begin with a mark get one.</param>
    /// <param name="CutsAtMarks">Each mark begins a word.</param>
    public sealed record Metaspace(char Mark, PrependScheme Scheme, bool CutsAtMarks) : PreTokenizerStep;
}

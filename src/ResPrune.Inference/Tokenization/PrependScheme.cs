namespace ResPrune.Inference.Tokenization;

/// <summary>Where a Metaspace pre-tokenizer puts its mark in front of a text that has none there.</summary>
internal enum PrependScheme
{
    /// <summary>In front of every stretch between added tokens.</summary>
    Always,

    /// <summary>In front of the stretch that begins the prompt.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}

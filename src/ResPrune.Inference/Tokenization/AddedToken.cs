namespace ResPrune.Inference.Tokenization;

/// <summary>An entry of <c>added_tokens</c>: a literal that is matched in the text before the model sees it.</summary>
/// <param name="Id">Id in the vocabulary.</param>
/// <param name="Content">The literal.</param>
/// <param name="SingleWord">Matches only where no word character touches it.</param>
/// <param name="LeftStrip">Swallows the white space before it.</param>
/// <param name="RightStrip">Swallows the white space after it.</param>
/// <param name="Normalized">Matched in the normalized text, its literal normalized too; otherwise in the text as given.</param>
/// <param name="Special">A control token: left out when special tokens are skipped in decoding.</param>
internal sealed record AddedToken(
    int Id,
    string Content,
    bool SingleWord,
    bool LeftStrip,
    bool RightStrip,
    bool Normalized,
    bool Special);

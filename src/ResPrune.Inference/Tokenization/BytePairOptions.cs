namespace ResPrune.Inference.Tokenization;

/// <summary>How a <see cref="BytePairModel"/> treats characters that are no piece, and words that are one.</summary>
/// <param name="ByteFallback">They become the pieces <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> of their UTF-8 bytes, where all of these exist.</param>
/// <param name="UnknownId">Otherwise they become this id; null leaves them out.</param>
/// <param name="FuseUnknown">A run of unknown characters becomes one token.</param>
/// <param name="WholeWordsFirst">A word that is a piece is that piece, whatever its merges would give (<c>ignore_merges</c>, Llama-3).</param>
internal sealed record BytePairOptions(bool ByteFallback, int? UnknownId, bool FuseUnknown, bool WholeWordsFirst);

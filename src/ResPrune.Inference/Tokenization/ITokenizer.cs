namespace ResPrune.Inference.Tokenization;

/// <summary>A checkpoint's tokenizer; immutable and safe to use from any thread.</summary>
internal interface ITokenizer
{
    /// <summary>One more than the largest id; a model's embedding table has at least as many rows.</summary>
    int VocabularySize { get; }

    /// <summary>Ids the tokenizer puts before a text when special tokens are asked for (LLaMA: <c>&lt;s&gt;</c>).</summary>
    IReadOnlyList<int> Prefix { get; }

    /// <summary>Ids the tokenizer puts after a text when special tokens are asked for.</summary>
    IReadOnlyList<int> Suffix { get; }

    /// <summary>
    /// Ids of a trusted text: literal added tokens in it (<c>&lt;image&gt;</c>, <c>&lt;/s&gt;</c>) become control tokens, as in Hugging
    /// Face's tokenizers. Never give it anything a user wrote: that is what <see cref="EncodeText"/> is for.
    /// </summary>
    IReadOnlyList<int> Encode(string text, bool addSpecialTokens);

    /// <summary>
    /// Tokens of one stretch of plain text between control tokens, where literal added tokens are ordinary characters and no special token can
    /// come out. For a text that holds none it gives what <see cref="Encode"/> gives without special tokens, so a prompt is composed of such
    /// stretches and control ids.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="continues">True when the prompt has text before it; some tokenizers put a space mark only where a prompt begins.</param>
    IReadOnlyList<TextToken> EncodeText(string text, bool continues = false);

    /// <summary>The text of ids; ids that stand for nothing are left out, as are special tokens when they are to be skipped.</summary>
    string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens);

    /// <summary>The id of a piece or added token written exactly so, or null.</summary>
    int? TokenId(string piece);
}

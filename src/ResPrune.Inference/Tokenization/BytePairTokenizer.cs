using System.Runtime.InteropServices;

namespace ResPrune.Inference.Tokenization;

/// <summary>
/// BPE as <c>tokenizer.json</c> describes it, of both kinds: SentencePiece-style (LLaMA, Vicuna, Mistral: spaces become ▁, mostly no
/// pre-tokenizer, bytes for characters that are no piece) and byte-level (Qwen, Llama-3, GPT-2: words by a pattern, pieces of bytes).
/// Follows Hugging Face's tokenizers (<c>AddedVocabulary</c>, <c>BPE::merge_word</c>).
/// </summary>
internal sealed class BytePairTokenizer : ITokenizer
{
    private readonly BytePairModel _model;
    private readonly TextNormalizer _normalizer;
    private readonly PreTokenizer _preTokenizer;
    private readonly TokenDecoder _decoder;
    private readonly Dictionary<string, AddedToken> _added;
    private readonly AddedTokenMatcher _rawMatcher;
    private readonly AddedTokenMatcher _normalizedMatcher;
    private readonly IReadOnlyDictionary<int, string> _pieces;
    private readonly HashSet<int> _special;

    /// <summary>Takes the parts of a file that has been checked; <paramref name="pieces"/> is by id, and not empty.</summary>
    public BytePairTokenizer(
        BytePairModel model,
        TextNormalizer normalizer,
        PreTokenizer preTokenizer,
        TokenDecoder decoder,
        IReadOnlyList<AddedToken> added,
        IReadOnlyDictionary<int, string> pieces,
        IReadOnlyList<int> prefix,
        IReadOnlyList<int> suffix)
    {
        _model = model;
        _normalizer = normalizer;
        _preTokenizer = preTokenizer;
        _decoder = decoder;
        _pieces = pieces;
        _added = added.ToDictionary(token => token.Content, StringComparer.Ordinal);
        _special = [.. added.Where(token => token.Special).Select(token => token.Id)];
        _rawMatcher = new AddedTokenMatcher(added.Where(token => !token.Normalized).Select(token => (token.Content, token)));
        _normalizedMatcher = new AddedTokenMatcher(
            added.Where(token => token.Normalized).Select(token => (normalizer.Normalize(token.Content).Text, token)));
        VocabularySize = pieces.Keys.Max() + 1;
        Prefix = prefix;
        Suffix = suffix;
    }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Prefix { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Suffix { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> Encode(string text, bool addSpecialTokens)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new List<int>();
        if (addSpecialTokens) ids.AddRange(Prefix);
        foreach (var (id, start, end) in _rawMatcher.Split(text))
        {
            if (id is { } control) ids.Add(control);
            else EncodeStretch(text[start..end], start == 0, ids);
        }

        if (addSpecialTokens) ids.AddRange(Suffix);
        return ids;
    }

    /// <inheritdoc/>
    public IReadOnlyList<TextToken> EncodeText(string text, bool continues)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tokens = new List<TextToken>();
        var words = _preTokenizer.Cut(_normalizer.Normalize(text), atStart: !continues);
        _model.Encode(words.Text.Text, words.Ends, tokens);
        foreach (ref var token in CollectionsMarshal.AsSpan(tokens))
            token = new TextToken(token.Id, words.Text.Starts[token.Start], words.Text.Ends[token.End - 1]);
        return tokens;
    }

    /// <inheritdoc/>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens)
    {
        var pieces = new List<string>(ids.Length);
        foreach (var id in ids)
        {
            if (!_pieces.TryGetValue(id, out var piece)) continue;
            if (skipSpecialTokens && _special.Contains(id)) continue;
            pieces.Add(piece);
        }

        return _decoder.Decode(pieces);
    }

    /// <inheritdoc/>
    public int? TokenId(string piece) => _added.TryGetValue(piece, out var token) ? token.Id : _model.PieceId(piece);

    private void EncodeStretch(string stretch, bool atStart, List<int> ids)
    {
        var normalized = _normalizer.Normalize(stretch);
        var tokens = new List<TextToken>();
        foreach (var (id, start, end) in _normalizedMatcher.Split(normalized.Text))
        {
            if (id is { } control)
            {
                ids.Add(control);
                continue;
            }

            tokens.Clear();
            var words = _preTokenizer.Cut(normalized.Slice(start, end), atStart);
            _model.Encode(words.Text.Text, words.Ends, tokens);
            foreach (var token in tokens) ids.Add(token.Id);
        }
    }
}

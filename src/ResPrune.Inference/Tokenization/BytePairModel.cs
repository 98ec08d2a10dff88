using System.Runtime.InteropServices;
using System.Text;

namespace ResPrune.Inference.Tokenization;

/// <summary>
/// Byte-pair merging over the characters of words: the pair of lowest rank first, of equal ranks the leftmost. A linked list and a
/// priority queue keep it at n·log n even where SentencePiece's rule of no pre-tokenizer makes a whole prompt one word.
/// </summary>
internal sealed class BytePairModel
{
    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<(int Left, int Right), (int Rank, int Id)> _merges;
    private readonly BytePairOptions _options;
    private readonly int[] _byteIds;

    /// <summary>Takes the pieces and, for each pair that merges, its rank and the merged piece.</summary>
    public BytePairModel(
        Dictionary<string, int> vocabulary,
        Dictionary<(int Left, int Right), (int Rank, int Id)> merges,
        BytePairOptions options)
    {
        _vocabulary = vocabulary;
        _lookup = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _merges = merges;
        _options = options;
        _byteIds = [.. Enumerable.Range(0, 256).Select(value => vocabulary.GetValueOrDefault($"<0x{value:X2}>", -1))];
    }

    /// <summary>The id of a piece, or null.</summary>
    public int? PieceId(string piece) => _vocabulary.TryGetValue(piece, out var id) ? id : null;

    /// <summary>
    /// Appends the tokens of words, with their places in the text, and returns how many candidate pairs were looked at, which is what the
    /// work grows with.
    /// </summary>
    /// <param name="text">The words one after the other.</param>
    /// <param name="ends">The index behind each word.</param>
    /// <param name="output">Where the tokens go.</param>
    public int Encode(ReadOnlySpan<char> text, IReadOnlyList<int> ends, List<TextToken> output)
    {
        var symbols = new List<Symbol>();
        var queue = new PriorityQueue<(int Left, int Id), long>();
        var steps = 0;
        var start = 0;
        foreach (var end in ends)
        {
            var word = text[start..end];
            if (_options.WholeWordsFirst && _lookup.TryGetValue(word, out var whole))
            {
                output.Add(new TextToken(whole, start, end));
                start = end;
                continue;
            }

            symbols.Clear();
            AddCharacters(word, symbols);
            var span = CollectionsMarshal.AsSpan(symbols);
            steps += MergeAll(span, queue);
            foreach (ref readonly var symbol in span)
            {
                if (symbol.Id >= 0) output.Add(new TextToken(symbol.Id, start + symbol.Start, start + symbol.End));
            }

            start = end;
        }

        return steps;
    }

    private void AddCharacters(ReadOnlySpan<char> word, List<Symbol> symbols)
    {
        Span<byte> bytes = stackalloc byte[4];
        Symbol? unknown = null;
        for (var start = 0; start < word.Length;)
        {
            // A lone surrogate decodes to U+FFFD, which is also what its UTF-8 would be.
            Rune.DecodeFromUtf16(word[start..], out var rune, out var length);
            var end = start + length;
            var known = rune == Rune.ReplacementChar
                ? _lookup.TryGetValue("\uFFFD", out var id)
                : _lookup.TryGetValue(word[start..end], out id);
            if (known)
            {
                if (unknown is { } pending) Append(symbols, pending);
                unknown = null;
                Append(symbols, new Symbol(id, start, end));
            }
            else if (!TryAddBytes(bytes[..rune.EncodeToUtf8(bytes)], start, end, symbols) && _options.UnknownId is { } unknownId)
            {
                if (unknown is { } pending && !_options.FuseUnknown) Append(symbols, pending);
                var first = unknown is { } run && _options.FuseUnknown ? run.Start : start;
                unknown = new Symbol(unknownId, first, end);
            }

            start = end;
        }

        if (unknown is { } last) Append(symbols, last);
    }

    private bool TryAddBytes(ReadOnlySpan<byte> bytes, int start, int end, List<Symbol> symbols)
    {
        if (!_options.ByteFallback) return false;
        foreach (var value in bytes)
        {
            if (_byteIds[value] < 0) return false;
        }

        foreach (var value in bytes) Append(symbols, new Symbol(_byteIds[value], start, end));
        return true;
    }

    private static void Append(List<Symbol> symbols, Symbol symbol)
    {
        symbol.Previous = symbols.Count - 1;
        symbol.Next = symbols.Count + 1;
        symbols.Add(symbol);
    }

    private int MergeAll(Span<Symbol> symbols, PriorityQueue<(int Left, int Id), long> queue)
    {
        for (var i = 0; i + 1 < symbols.Length; i++) Enqueue(queue, symbols, i);
        var steps = 0;
        while (queue.TryDequeue(out var candidate, out _))
        {
            steps++;
            ref var left = ref symbols[candidate.Left];
            if (left.Id < 0 || left.Next >= symbols.Length) continue;
            ref var right = ref symbols[left.Next];

            // Either half may have been merged into something else since this pair was queued.
            if (!_merges.TryGetValue((left.Id, right.Id), out var merge) || merge.Id != candidate.Id) continue;
            left.Id = merge.Id;
            left.End = right.End;
            left.Next = right.Next;
            right.Id = -1;
            if (left.Next < symbols.Length)
            {
                symbols[left.Next].Previous = candidate.Left;
                Enqueue(queue, symbols, candidate.Left);
            }

            if (left.Previous >= 0) Enqueue(queue, symbols, left.Previous);
        }

        return steps;
    }

    private void Enqueue(PriorityQueue<(int Left, int Id), long> queue, ReadOnlySpan<Symbol> symbols, int left)
    {
        ref readonly var symbol = ref symbols[left];
        if (_merges.TryGetValue((symbol.Id, symbols[symbol.Next].Id), out var merge))
            queue.Enqueue((left, merge.Id), ((long)merge.Rank << 32) | (uint)left);
    }

    /// <summary>A piece in the list of what the word is made of so far; merged away when the id is negative.</summary>
    private struct Symbol(int id, int start, int end)
    {
        public int Id = id;
        public int Start = start;
        public int End = end;
        public int Previous;
        public int Next;
    }
}

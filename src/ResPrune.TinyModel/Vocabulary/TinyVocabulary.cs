using System.Globalization;
using ResPrune.Inference.Pruning.Conditioning;
using ResPrune.Inference.Tokenization;

namespace ResPrune.TinyModel.Vocabulary;

/// <summary>
/// The token ids of the bundled model, laid out as Llama's: three specials, 256 bytes, characters, then word pieces; every word of
/// <see cref="WordList"/> is one token, built from left to right by the merges.
/// </summary>
internal sealed class TinyVocabulary
{
    public const int Unknown = 0;
    public const int BeginOfText = 1;
    public const int EndOfText = 2;
    public const string Blank = "\u2581";

    private const int FirstByte = 3;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);

    public TinyVocabulary()
    {
        foreach (var special in (string[])["<unk>", "<s>", "</s>"])
            Add(special);
        for (var b = 0; b < 256; b++)
            Add($"<0x{b.ToString("X2", CultureInfo.InvariantCulture)}>");
        for (var c = '!'; c <= '~'; c++)
            Add(c.ToString());
        Add(Blank);
        foreach (var word in WordList.Words)
            AddMerges(Blank + word);
        foreach (var word in WordList.FirstWords)
            AddMerges(word);
        Image = _ids.Count;
        Padding = _ids.Count + 1;
    }

    /// <summary>Id of the image placeholder, the first after the pieces.</summary>
    public int Image { get; }

    /// <summary>Id of the padding token.</summary>
    public int Padding { get; }

    /// <summary>Rows of the embedding table, rounded up to a multiple of 16.</summary>
    public int Size => (Padding + 1 + 15) / 16 * 16;

    /// <summary>Pieces and their ids, without the added tokens.</summary>
    public IReadOnlyDictionary<string, int> Pieces => _ids;

    /// <summary>Merges by rank.</summary>
    public List<(string Left, string Right)> Merges { get; } = [];

    /// <summary>Id of a word as it stands after a blank.</summary>
    public int Word(string word) => _ids[Blank + word];

    /// <summary>Everything before the visual tokens: "USER: ".</summary>
    public int[] BeforeImage() => [BeginOfText, Word("USER"), _ids[":"], _ids[Blank]];

    /// <summary>Everything after them: a line break, the question, "ASSISTANT:".</summary>
    public int[] AfterImage(string question) => [_ids[Blank], FirstByte + '\n', .. Encode(question, leadingBlank: false), Word("ASSISTANT"), _ids[":"]];

    /// <summary>Ids of the words of a question that its visual tokens are chosen by, as the engine finds them.</summary>
    public int[] Condition(string question)
    {
        var starts = WordList.SplitWithStarts(question);
        var tokens = starts.Zip(Encode(question, leadingBlank: false), (w, id) => new TextToken(id, w.Start, w.Start + w.Word.Length));
        return ConditionTokens.Select(question, [.. tokens]);
    }

    /// <summary>Id of a word as the first of a question.</summary>
    public int FirstWord(string word) => _ids[word];

    /// <summary>An answer with the end-of-text token after it.</summary>
    public int[] Answer(string answer) => [.. Encode(answer, leadingBlank: true), EndOfText];

    /// <summary>Ids of text made of known words.</summary>
    /// <exception cref="KeyNotFoundException">A word is not in <see cref="WordList"/>.</exception>
    private IEnumerable<int> Encode(string text, bool leadingBlank)
    {
        foreach (var piece in WordList.Split(text))
        {
            yield return _ids[char.IsAsciiLetter(piece[0]) && leadingBlank ? Blank + piece : piece];
            leadingBlank = true;
        }
    }

    private void AddMerges(string word)
    {
        for (var length = 2; length <= word.Length; length++)
        {
            var piece = word[..length];
            if (_ids.ContainsKey(piece))
                continue;
            Merges.Add((word[..(length - 1)], word[(length - 1)..length]));
            Add(piece);
        }
    }

    private void Add(string piece) => _ids.Add(piece, _ids.Count);
}

using System.Runtime.InteropServices;
using System.Text;

namespace ResPrune.Inference.Tokenization;

/// <summary>
/// The 256 printable characters that byte-level BPE writes bytes with: a byte that is printable in Latin-1 is itself, the others take
/// U+0100 and on, in order (GPT-2's <c>bytes_to_unicode</c>). A space is <c>Ġ</c>, a line feed <c>Ċ</c>.
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = MakeCharacters();
    private static readonly Dictionary<char, byte> Bytes = Enumerable.Range(0, 256).ToDictionary(value => Characters[value], value => (byte)value);

    /// <summary>All characters, by byte.</summary>
    public static ReadOnlySpan<char> All => Characters;

    /// <summary>Writes the UTF-8 bytes of a character, and returns how many.</summary>
    public static int Write(Rune rune, Span<char> output)
    {
        Span<byte> bytes = stackalloc byte[4];
        var count = rune.EncodeToUtf8(bytes);
        for (var i = 0; i < count; i++) output[i] = Characters[bytes[i]];
        return count;
    }

    /// <summary>
    /// The text of pieces: their bytes, where they are not UTF-8 U+FFFD. A piece that is not written in this alphabet stands for its own text.
    /// </summary>
    public static string Read(IEnumerable<string> pieces)
    {
        var bytes = new List<byte>();
        foreach (var piece in pieces)
        {
            if (piece.All(Bytes.ContainsKey)) bytes.AddRange(piece.Select(character => Bytes[character]));
            else bytes.AddRange(Encoding.UTF8.GetBytes(piece));
        }

        return Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(bytes));
    }

    private static char[] MakeCharacters()
    {
        var next = '\u0100';
        return [.. Enumerable.Range(0, 256).Select(value => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)value : next++)];
    }
}

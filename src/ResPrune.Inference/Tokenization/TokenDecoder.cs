using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace ResPrune.Inference.Tokenization;

/// <summary>The decoder chain of a <c>tokenizer.json</c>.</summary>
internal sealed class TokenDecoder(IReadOnlyList<DecoderStep> steps)
{
    /// <summary>The text that pieces stand for.</summary>
    public string Decode(List<string> pieces)
    {
        foreach (var step in steps)
        {
            pieces = step switch
            {
                DecoderStep.Replace replace => pieces.ConvertAll(
                    piece => piece.Replace(replace.Pattern, replace.Content, StringComparison.Ordinal)),
                DecoderStep.ByteFallback => JoinBytes(pieces),
                DecoderStep.Fuse => [string.Concat(pieces)],
                DecoderStep.Strip strip => pieces.ConvertAll(piece => Strip(piece, strip)),
                DecoderStep.ByteLevel => [ByteAlphabet.Read(pieces)],
                DecoderStep.Metaspace metaspace => [.. pieces.Select((piece, index) => FromMarks(piece, metaspace, index == 0))],
                _ => throw new InvalidOperationException($"No such decoder step: {step}."),
            };
        }

        return string.Concat(pieces);
    }

    private static List<string> JoinBytes(List<string> pieces)
    {
        var output = new List<string>(pieces.Count);
        var bytes = new List<byte>();
        foreach (var piece in pieces)
        {
            if (TryReadByte(piece, out var value))
            {
                bytes.Add(value);
                continue;
            }

            Flush(bytes, output);
            output.Add(piece);
        }

        Flush(bytes, output);
        return output;
    }

    private static bool TryReadByte(string piece, out byte value)
    {
        value = 0;
        return piece.Length == 6
            && piece.StartsWith("<0x", StringComparison.Ordinal)
            && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }

    private static void Flush(List<byte> bytes, List<string> output)
    {
        if (bytes.Count == 0) return;
        var span = CollectionsMarshal.AsSpan(bytes);
        output.Add(Utf8.IsValid(span) ? Encoding.UTF8.GetString(span) : new string('\uFFFD', bytes.Count));
        bytes.Clear();
    }

    private static string Strip(string piece, DecoderStep.Strip strip)
    {
        var (start, end) = (0, piece.Length);
        while (start < strip.Start && start < end && piece[start] == strip.Content) start++;
        while (piece.Length - end < strip.Stop && end > start && piece[end - 1] == strip.Content) end--;
        return piece[start..end];
    }

    private static string FromMarks(string piece, DecoderStep.Metaspace step, bool first) =>
        piece.Replace(step.Mark.ToString(), first && step.Prepended ? "" : " ", StringComparison.Ordinal);
}

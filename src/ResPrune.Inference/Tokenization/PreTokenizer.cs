using System.Text;

namespace ResPrune.Inference.Tokenization;

/// <summary>The pre-tokenizer of a <c>tokenizer.json</c>, step by step; without steps a text is one word, as in SentencePiece.</summary>
internal sealed class PreTokenizer(IReadOnlyList<PreTokenizerStep> steps)
{
    /// <summary>The words of a normalized text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="atStart">False when the prompt has something before the text.</param>
    public SegmentedText Cut(AlignedText text, bool atStart)
    {
        var words = SegmentedText.Of(text);
        foreach (var step in steps)
        {
            words = step switch
            {
                PreTokenizerStep.Split split => Split(words, split.Pattern),
                PreTokenizerStep.ByteLevel bytes => ToBytes(words, bytes),
                PreTokenizerStep.Metaspace marks => ToMarks(words, marks, atStart),
                _ => throw new InvalidOperationException($"No such pre-tokenizer step: {step}."),
            };
        }

        return words;
    }

    private static SegmentedText Split(SegmentedText words, WordPattern pattern)
    {
        var ends = new List<int>();
        var start = 0;
        foreach (var end in words.Ends)
        {
            pattern.Split(words.Text.Text.AsSpan(start, end - start), start, ends);
            start = end;
        }

        return words with { Ends = ends };
    }

    private static SegmentedText ToBytes(SegmentedText words, PreTokenizerStep.ByteLevel step)
    {
        if (step.AddPrefixSpace) words = Prefix(words, ' ', _ => true);
        if (step.Pattern is { } pattern) words = Split(words, pattern);
        var output = new AlignedTextBuilder(words.Text);
        var ends = new List<int>(words.Ends.Count);
        Span<char> bytes = stackalloc char[4];
        var text = words.Text.Text;
        var at = 0;
        foreach (var end in words.Ends)
        {
            while (at < end)
            {
                // An unpaired surrogate decodes to U+FFFD.
                Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
                output.Replace(at, at + length, bytes[..ByteAlphabet.Write(rune, bytes)]);
                at += length;
            }

            ends.Add(output.Length);
        }

        return new SegmentedText(output.Build(), ends);
    }

    private static SegmentedText ToMarks(SegmentedText words, PreTokenizerStep.Metaspace step, bool atStart)
    {
        // One character for one: the words stay where they are.
        words = words with { Text = TextNormalizer.Replace(words.Text, " ", step.Mark.ToString()) };
        words = step.Scheme switch
        {
            PrependScheme.Always => Prefix(words, step.Mark, _ => true),
            PrependScheme.First when atStart => Prefix(words, step.Mark, origin => origin == 0),
            _ => words,
        };
        if (!step.CutsAtMarks) return words;
        var ends = new List<int>();
        var start = 0;
        foreach (var end in words.Ends)
        {
            for (var i = start + 1; i < end; i++)
            {
                if (words.Text.Text[i] == step.Mark) ends.Add(i);
            }

            ends.Add(end);
            start = end;
        }

        return words with { Ends = ends };
    }

    /// <summary>Puts a character before each word that does not begin with it and whose place in the original is accepted.</summary>
    private static SegmentedText Prefix(SegmentedText words, char character, Func<int, bool> accepts)
    {
        var output = new AlignedTextBuilder(words.Text);
        var ends = new List<int>(words.Ends.Count);
        var start = 0;
        foreach (var end in words.Ends)
        {
            if (words.Text.Text[start] != character && accepts(words.Text.Starts[start])) output.Insert(start, [character]);
            output.Keep(start, end);
            ends.Add(output.Length);
            start = end;
        }

        return new SegmentedText(output.Build(), ends);
    }
}

using System.Text;

namespace ResPrune.Inference.Tokenization;

/// <summary>Builds an <see cref="AlignedText"/> from stretches of another one and from what takes their place.</summary>
/// <param name="source">The text that is rewritten.</param>
internal sealed class AlignedTextBuilder(AlignedText source)
{
    private readonly StringBuilder _text = new(source.Text.Length);
    private readonly List<int> _starts = new(source.Text.Length);
    private readonly List<int> _ends = new(source.Text.Length);

    /// <summary>UTF-16 code units so far.</summary>
    public int Length => _text.Length;

    /// <summary>Takes over a stretch of the source.</summary>
    public void Keep(int start, int end)
    {
        _text.Append(source.Text, start, end - start);
        _starts.AddRange(source.Starts.AsSpan(start, end - start));
        _ends.AddRange(source.Ends.AsSpan(start, end - start));
    }

    /// <summary>Puts a text in the place of a stretch of the source, which is not empty: all of it stands for all of that stretch.</summary>
    public void Replace(int start, int end, ReadOnlySpan<char> content)
    {
        foreach (var character in content) Add(character, source.Starts[start], source.Ends[end - 1]);
    }

    /// <summary>Puts in a text that stands for nothing, in front of a code unit of the source.</summary>
    public void Insert(int before, ReadOnlySpan<char> content)
    {
        foreach (var character in content) Add(character, source.Starts[before], source.Starts[before]);
    }

    /// <summary>The text built.</summary>
    public AlignedText Build() => new(_text.ToString(), [.. _starts], [.. _ends]);

    private void Add(char character, int start, int end)
    {
        _text.Append(character);
        _starts.Add(start);
        _ends.Add(end);
    }
}

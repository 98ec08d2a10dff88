using System.Buffers;

namespace ResPrune.Inference.Pruning.Kernels;

/// <summary>
/// Rows whose width is a multiple of <see cref="DotKernel.Block"/>: the caller's own memory where it already is (every published model),
/// otherwise a copy with zeros at the row ends, on loan from the shared pool.
/// </summary>
internal readonly ref struct PaddedRows : IDisposable
{
    private readonly float[]? _copy;

    /// <summary>Pads <paramref name="count"/> rows of <paramref name="width"/>.</summary>
    public PaddedRows(ReadOnlySpan<float> values, int count, int width)
    {
        Count = count;
        Width = (width + DotKernel.Block - 1) / DotKernel.Block * DotKernel.Block;
        if (Width == width)
        {
            Values = values[..(count * width)];
            return;
        }

        _copy = ArrayPool<float>.Shared.Rent(count * Width);
        for (var i = 0; i < count; i++)
        {
            var row = _copy.AsSpan(i * Width, Width);
            values.Slice(i * width, width).CopyTo(row);
            row[width..].Clear();
        }

        Values = _copy.AsSpan(0, count * Width);
    }

    /// <summary>Rows.</summary>
    public int Count { get; }

    /// <summary>Padded width.</summary>
    public int Width { get; }

    /// <summary>The padded rows.</summary>
    public ReadOnlySpan<float> Values { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_copy is not null) ArrayPool<float>.Shared.Return(_copy);
    }
}

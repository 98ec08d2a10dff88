using System.Buffers;

namespace ResPrune.Inference.Pruning.Kernels;

/// <summary>An array on loan from the shared pool; what is in it at first is anything.</summary>
/// <param name="length">Values that may be used.</param>
internal readonly struct Scratch<T>(int length) : IDisposable
    where T : unmanaged
{
    private readonly T[] _array = ArrayPool<T>.Shared.Rent(length);

    /// <summary>The values that may be used.</summary>
    public Span<T> Span => _array.AsSpan(0, length);

    /// <inheritdoc/>
    public void Dispose() => ArrayPool<T>.Shared.Return(_array);
}

using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;
using static TorchSharp.torch;

namespace ResPrune.Inference.Weights;

/// <summary>
/// A safetensors file, mapped into memory. Everything the header claims is checked against the file before a tensor is made: header length,
/// types, shapes, byte ranges, overlaps and gaps. What a mapping asks of the file: see <see cref="FileMapping"/>. Format:
/// <c>huggingface/safetensors</c>, README "Format".
/// </summary>
internal sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly FileMapping _mapping;

    private SafetensorsFile(string path, long length, FileMapping mapping, IReadOnlyDictionary<string, SafetensorsEntry> entries)
    {
        Path = path;
        Length = length;
        _mapping = mapping;
        Entries = entries;
    }

    /// <summary>Where the file lies.</summary>
    public string Path { get; }

    /// <summary>Its bytes when it was opened.</summary>
    public long Length { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>Opens a file, or what a symbolic link leads to, and checks its header.</summary>
    /// <exception cref="ModelLoadException">The file is absent, truncated or malformed; the message says where.</exception>
    public static SafetensorsFile Open(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            var length = RandomAccess.GetLength(handle);
            var entries = SafetensorsHeader.Read(path, handle, length);
            return new SafetensorsFile(path, length, FileMapping.Open(handle, length), entries);
        }
        catch (FileNotFoundException exception)
        {
            throw new ModelLoadException($"{path}: {FileStandIn.Missing(path)}.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"{path}: cannot be opened: {exception.Message}", exception);
        }
    }

    /// <summary>A tensor whose storage is the file: read-only, on the CPU, aligned (<see cref="SafetensorsEntry.IsAligned"/>), not empty.</summary>
    public Tensor View(SafetensorsEntry entry) => _mapping.View(entry.Offset, entry.ScalarType, [.. entry.Shape]);

    /// <summary>Some of its elements, in one dimension, likewise.</summary>
    public Tensor View(SafetensorsEntry entry, long start, long count) =>
        _mapping.View(entry.Offset + (start * entry.ElementSize), entry.ScalarType, [count]);

    /// <summary>A copy in the stored type on the CPU; the caller owns it.</summary>
    public Tensor Read(SafetensorsEntry entry)
    {
        var tensor = empty([.. entry.Shape], dtype: entry.ScalarType);
        CopyTo(entry, 0, entry.Count, tensor);
        return tensor;
    }

    /// <summary>Copies some of a tensor's elements to the start of another tensor of the same type, contiguous and on the CPU.</summary>
    public void CopyTo(SafetensorsEntry entry, long start, long count, Tensor target)
    {
        const int Part = 1 << 30;
        var address = (byte*)TorchNative.Data(target.Handle);
        var (offset, left) = (entry.Offset + (start * entry.ElementSize), count * entry.ElementSize);
        for (long done = 0; done < left; done += Part)
        {
            var part = (int)Math.Min(Part, left - done);
            _mapping.Bytes(offset + done, part).CopyTo(new Span<byte>(address + done, part));
        }
    }

    /// <summary>Stored bytes; valid while the file is not disposed.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int length) => _mapping.Bytes(offset, length);

    /// <summary>Asks the kernel to read a range that is needed soon.</summary>
    public void Announce(long offset, long length) => _mapping.Announce(offset, length);

    /// <summary>Takes a range out of this process's memory; the page cache may keep it.</summary>
    public void GiveBack(long offset, long length) => _mapping.GiveBack(offset, length);

    /// <summary>Ends the mapping as soon as no tensor lies over it any more.</summary>
    public void Dispose() => _mapping.Dispose();
}

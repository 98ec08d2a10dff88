using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TorchSharp;
using static TorchSharp.torch;

namespace ResPrune.Inference.Weights;

/// <summary>
/// A file mapped into memory read-only. Its pages are the page cache's: they take no memory of their own, and under pressure the kernel drops
/// them and reads them again. Tensors over it keep it mapped, so that it may be disposed before them.
/// <para>
/// The file must not be changed in place while it is mapped: changed bytes would be seen by running tensors, and where it was cut short the
/// next access ends the process (SIGBUS), which no handler can turn into an error. Replacing it by renaming another file onto its name is
/// safe: the mapping keeps the old one.
/// </para>
/// </summary>
internal sealed unsafe partial class FileMapping : IDisposable
{
    private const int WillNeed = 3;
    private const int DontNeed = 4;
    private const int HugePages = 14;
    private static readonly Lock Gate = new();
    private static readonly List<FileMapping> Live = [];
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private readonly long _length;
    private int _references = 1;
    private bool _disposed;

    private FileMapping(MemoryMappedViewAccessor view, long length)
    {
        _view = view;
        _length = length;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>Maps a whole file; the handle may be closed afterwards.</summary>
    /// <param name="handle">Open for reading; at least one byte long.</param>
    /// <param name="length">Its length.</param>
    public static FileMapping Open(SafeFileHandle handle, long length)
    {
        using var file = MemoryMappedFile.CreateFromFile(
            handle, mapName: null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        var mapping = new FileMapping(file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read), length);
        lock (Gate) Live.Add(mapping);
        return mapping;
    }

    /// <summary>Bytes of the file; valid while the mapping is not disposed.</summary>
    public ReadOnlySpan<byte> Bytes(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, _length - offset);
        return new ReadOnlySpan<byte>(_start + offset, length);
    }

    /// <summary>
    /// A CPU tensor whose storage is the file itself. It must not be written to: the pages are read-only and the process would end.
    /// </summary>
    /// <param name="offset">First byte, a multiple of the element size.</param>
    /// <param name="type">Element type.</param>
    /// <param name="shape">Shape; at least one element.</param>
    public Tensor View(long offset, ScalarType type, ReadOnlySpan<long> shape)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        nint handle;
        lock (Gate) _references++;
        fixed (long* sizes = shape)
        {
            handle = TorchNative.NewTensor(
                _start + offset, &Release, sizes, shape.Length, (sbyte)type, (sbyte)type, (int)DeviceType.CPU, -1, requiresGrad: 0);
        }

        if (handle != 0) return Tensor.UnsafeCreateTensor(handle);
        Drop();
        throw new InvalidOperationException($"torch made no tensor of type {type} over a mapped file.");
    }

    /// <summary>Asks the kernel to read a range that is needed soon.</summary>
    public void Announce(long offset, long length) => Advise(_start + offset, Math.Min(length, _length - offset), WillNeed);

    /// <summary>Takes a range out of this process's memory; the page cache may keep it.</summary>
    public void GiveBack(long offset, long length) => Advise(_start + offset, length, DontNeed);

    /// <summary>Has fresh memory filled with 2 MiB pages: a tenth of the page faults, and products read it faster.</summary>
    /// <param name="start">First byte.</param>
    /// <param name="length">Bytes.</param>
    public static void PreferHugePages(nint start, long length)
    {
        const long HugePage = 2 << 20;
        var aligned = (start + HugePage - 1) / HugePage * HugePage;
        if (start + length - aligned >= HugePage) Advise((byte*)aligned, start + length - aligned, HugePages);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Drop();
    }

    /// <summary>Advice is only that: a kernel that does not know it changes nothing.</summary>
    private static void Advise(byte* start, long length, int advice)
    {
        if (length <= 0) return;
        var before = (nint)start % Environment.SystemPageSize;
        _ = MemoryAdvise(start - before, (nuint)(length + before), advice);
    }

    /// <summary>Called by torch, on any thread, when the last tensor over an address is gone.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Release(void* address)
    {
        FileMapping? owner;
        lock (Gate) owner = Live.Find(mapping => mapping.Holds((byte*)address));
        owner?.Drop();
    }

    private bool Holds(byte* address) => address >= _start && address < _start + _length;

    private void Drop()
    {
        lock (Gate)
        {
            if (--_references > 0) return;
            Live.Remove(this);
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int MemoryAdvise(byte* start, nuint length, int advice);
}

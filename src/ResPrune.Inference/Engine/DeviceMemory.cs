using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>
/// Memory that there is for caches and activations. On a CPU it is asked for anew each time, since other processes and the decoding of images
/// take of it too. A CUDA device belongs to one engine, and torch keeps what it once took: what is free right after loading is all there will be.
/// </summary>
internal sealed partial class DeviceMemory
{
    private readonly Func<long> _free;

    /// <param name="free">Bytes that may still be taken.</param>
    /// <param name="includesCache">Whether the bytes are those that are free beside nothing, so that the cache lies in them.</param>
    public DeviceMemory(Func<long> free, bool includesCache)
    {
        _free = free;
        IncludesCache = includesCache;
    }

    /// <summary>Whether what the cache holds is part of <see cref="FreeBytes"/>.</summary>
    public bool IncludesCache { get; }

    /// <summary>Bytes; <see cref="long.MaxValue"/> where nobody says.</summary>
    public long FreeBytes => _free();

    /// <summary>The memory of a device whose weights are loaded.</summary>
    public static DeviceMemory Of(Device device)
    {
        if (device.type != TorchSharp.DeviceType.CUDA) return new DeviceMemory(AvailableMemory.Bytes, includesCache: false);
        var free = FreeOnCuda(device.index) ?? long.MaxValue;
        return new DeviceMemory(() => free, includesCache: true);
    }

    /// <summary>Asks the driver, in the context that torch uses; null where it does not answer.</summary>
    private static long? FreeOnCuda(int index)
    {
        if (!NativeLibrary.TryLoad(Driver, out _) || GetDevice(out var device, index) != 0 || RetainContext(out var context, device) != 0) return null;
        try
        {
            if (PushContext(context) != 0) return null;
            var result = GetMemory(out var free, out _);
            _ = PopContext(out _);
            return result == 0 ? (long)free : null;
        }
        finally
        {
            _ = ReleaseContext(device);
        }
    }

    private const string Driver = "libcuda.so.1";

    [LibraryImport(Driver, EntryPoint = "cuDeviceGet")]
    private static partial int GetDevice(out int device, int ordinal);

    [LibraryImport(Driver, EntryPoint = "cuDevicePrimaryCtxRetain")]
    private static partial int RetainContext(out nint context, int device);

    [LibraryImport(Driver, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    private static partial int ReleaseContext(int device);

    [LibraryImport(Driver, EntryPoint = "cuCtxPushCurrent_v2")]
    private static partial int PushContext(nint context);

    [LibraryImport(Driver, EntryPoint = "cuCtxPopCurrent_v2")]
    private static partial int PopContext(out nint context);

    [LibraryImport(Driver, EntryPoint = "cuMemGetInfo_v2")]
    private static partial int GetMemory(out nuint free, out nuint total);
}

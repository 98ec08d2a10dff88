using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>
/// Memory that there is for caches and activations. On a CPU it is asked for anew each time, since other processes and the decoding of images
/// take of it too. A CUDA device belongs to one engine, and torch keeps what it once took: what is free right after loading is all there will be.
/// </summary>
internal sealed partial class DeviceMemory
{
    /// <summary>Bytes by which the managed heap may grow.</summary>
    private const long HeapBytes = 64L << 20;

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
    /// <param name="device">The device.</param>
    /// <param name="images">What images may take of the host's memory, which is also a CPU's.</param>
    public static DeviceMemory Of(Device device, PixelBudget images)
    {
        if (device.type != TorchSharp.DeviceType.CUDA)
            return new DeviceMemory(() => LessOthers(AvailableMemory.Bytes(), images.LeftBytes), includesCache: false);
        var free = FreeOnCuda(device.index) ?? long.MaxValue;
        return new DeviceMemory(() => free, includesCache: true);
    }

    /// <summary>
    /// What is left when images take all they may and the runtime's own heap grows a little. A process that runs out of memory outside of torch ends, so this is
    /// set aside; never more than three quarters, so that where there is very little, small requests are answered still.
    /// </summary>
    /// <param name="free">Bytes that may still be taken.</param>
    /// <param name="images">Bytes that images may take of them.</param>
    internal static long LessOthers(long free, long images) => free - Math.Min(HeapBytes, free / 2) - Math.Min(images, free / 4);

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

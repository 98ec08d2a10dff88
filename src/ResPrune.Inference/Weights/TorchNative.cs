using System.Runtime.InteropServices;

namespace ResPrune.Inference.Weights;

/// <summary>The calls of TorchSharp's native library that its managed part has no door to.</summary>
internal static unsafe partial class TorchNative
{
    /// <summary>A tensor over memory that is not torch's. 0 on failure.</summary>
    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_new")]
    public static partial nint NewTensor(
        void* data,
        delegate* unmanaged[Cdecl]<void*, void> deleter,
        long* sizes,
        int dimensions,
        sbyte storedType,
        sbyte type,
        int deviceType,
        int deviceIndex,
        byte requiresGrad);

    /// <summary>Address of a tensor's first element.</summary>
    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    public static partial nint Data(nint tensor);
}

using System.ComponentModel;
using System.Runtime.InteropServices;

namespace ResPrune.Inference.Engine;

/// <summary>What an exception of the device thread says about the device.</summary>
internal enum TorchFaultKind
{
    /// <summary>Neither of the others: a shape that does not fit, a refused call, a bug. Other work goes on.</summary>
    Other,

    /// <summary>Memory of the device or of the host could not be had. Nothing is broken; less work at a time may pass.</summary>
    OutOfMemory,

    /// <summary>The device, its driver or this process's context on it is broken; every later call may fail or be wrong.</summary>
    Device,
}

/// <summary>
/// Classifies what torch throws. TorchSharp turns every native error into an <see cref="ExternalException"/> that has nothing but the text, so
/// the text decides: that of c10's and CUDA's allocators (<c>alloc_cpu.cpp</c>, <c>CUDACachingAllocator.cpp</c>), of the checks around calls
/// (<c>CUDAException.cpp</c>, <c>ATen/cuda/Exceptions.h</c>) and of <c>cudaGetErrorString</c>.
/// </summary>
internal static class TorchFault
{
    /// <summary>From here on a c10 error lists native frames, whose names are no evidence.</summary>
    private const string BacktraceStart = "Exception raised from ";

    private static readonly string[] OutOfMemory =
    [
        "can't allocate memory", // DefaultCPUAllocator
        "cannot allocate memory", // errno 12, also of a mapped file
        "not enough memory", // DefaultCPUAllocator on Windows, oneMKL
        "out of memory", // "CUDA out of memory", "CUDA error: out of memory", "CUDA driver error: out of memory", HIP, c10
        "out_of_memory", // CUDA_ERROR_OUT_OF_MEMORY
        "cudaErrorMemoryAllocation",
        "_ALLOC_FAILED", // cuBLAS, cuDNN before 9, cuSOLVER, cuSPARSE, cuFFT
        "_ALLOCATION_FAILED", // cuDNN 9, host and device
        "std::bad_alloc",
        "could not create a memory", // oneDNN
        "failed to allocate", // XNNPACK, pinned memory
    ];

    /// <summary>A call that was refused for its arguments; the context on the device stays sound.</summary>
    private static readonly string[] RefusedCall =
    [
        "CUDA error: invalid argument",
        "CUDA error: invalid configuration argument",
        "CUDA error: invalid resource handle",
        "CUDA error: too many resources requested for launch",
        "CUDA error: operation not supported",
        "CUDA error: operation not permitted when stream is capturing",
        "CUDA driver error: invalid argument",
        "_STATUS_INVALID_VALUE",
        "_STATUS_NOT_SUPPORTED",
        "_STATUS_BAD_PARAM",
        "_STATUS_SUBLIBRARY_VERSION_MISMATCH",
        "cuDNN Frontend error", // no execution plan for a graph
    ];

    private static readonly string[] DeviceFault =
    [
        "CUDA error", // whatever cudaGetErrorString or cuBLAS says
        "CUDA driver error",
        "CUDA NVRTC error",
        "CUDA unknown error",
        "cuDNN error",
        "cuFFT error",
        "cusolver error",
        "HIP error",
        "NCCL error",
        "CUBLAS_STATUS_",
        "CUDNN_STATUS_",
        "CUSOLVER_STATUS_",
        "CUSPARSE_STATUS_",
        "CUDA_ERROR_",
        "cudaError",
        "hipError",
        "Unexpected error from cuda", // cudaGetDeviceCount and its neighbours
        "No CUDA GPUs are available",
        "Found no NVIDIA driver",
        "no CUDA-capable device",
        "CUDA-capable device(s) is/are busy",
        "illegal memory access",
        "illegal instruction",
        "misaligned address",
        "unspecified launch failure",
        "device-side assert",
        "launch timed out",
        "ECC error",
        "NVLink",
        "hardware stack error",
        "contained to a process", // cudaErrorContained and its neighbours
        "fallen off the bus",
        "GPU is lost",
        "Xid",
    ];

    /// <summary>What an exception says, its inner ones included. Memory that ran out is told apart from a broken device, although CUDA names it the same way.</summary>
    public static TorchFaultKind Classify(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var kind = TorchFaultKind.Other;
        foreach (var one in WithInner(exception))
        {
            switch (ClassifyOne(one))
            {
                case TorchFaultKind.Device: return TorchFaultKind.Device;
                case TorchFaultKind.OutOfMemory: kind = TorchFaultKind.OutOfMemory; break;
            }
        }

        return kind;
    }

    private static TorchFaultKind ClassifyOne(Exception exception)
    {
        if (exception is OutOfMemoryException) return TorchFaultKind.OutOfMemory;

        // Only what comes from native code: any other text may hold a user's words. The system's own error codes are no matter of torch.
        if (exception is not ExternalException or Win32Exception) return TorchFaultKind.Other;
        var end = exception.Message.IndexOf(BacktraceStart, StringComparison.Ordinal);
        var message = end < 0 ? exception.Message : exception.Message[..end];
        if (Holds(message, OutOfMemory)) return TorchFaultKind.OutOfMemory;
        return Holds(message, DeviceFault) && !Holds(message, RefusedCall) ? TorchFaultKind.Device : TorchFaultKind.Other;
    }

    private static bool Holds(string message, string[] phrases) =>
        Array.Exists(phrases, phrase => message.Contains(phrase, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<Exception> WithInner(Exception exception)
    {
        if (exception is AggregateException several) return several.Flatten().InnerExceptions.SelectMany(WithInner).Prepend(exception);
        return exception.InnerException is { } inner ? WithInner(inner).Prepend(exception) : [exception];
    }
}

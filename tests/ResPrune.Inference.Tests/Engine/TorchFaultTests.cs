using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ResPrune.Inference.Engine;
using TorchSharp;

namespace ResPrune.Inference.Tests.Engine;

#pragma warning disable CA2201 // The very types that torch and the runtime throw.

public sealed class TorchFaultTests
{
    private const string Backtrace = "\nException raised from c10_cuda_check_implementation at CUDAException.cpp:44 (most recent call first):\nframe #0: c10::Error::Error";

    [Theory]
    [InlineData("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 4096 bytes. Error code 12 (Cannot allocate memory)\n")]
    [InlineData("[enforce fail at alloc_cpu.cpp:117] data. DefaultCPUAllocator: not enough memory: you tried to allocate 411041792 bytes.")]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.15 GiB of which 1.2 GiB is free.")]
    [InlineData("CUDA error: out of memory\nSearch for `cudaErrorMemoryAllocation' in https://docs.nvidia.com/ for more information.")]
    [InlineData("CUDA driver error: out of memory")]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")]
    [InlineData("cuDNN error: CUDNN_STATUS_ALLOC_FAILED")]
    [InlineData("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED")]
    [InlineData("HIP out of memory. Tried to allocate 20.00 MiB.")]
    [InlineData("unable to mmap 4096 bytes from file <x>: Cannot allocate memory (12)")]
    [InlineData("could not create a memory object")]
    public void Native_memory_that_ran_out_is_known_by_its_words(string message)
    {
        Assert.Equal(TorchFaultKind.OutOfMemory, TorchFault.Classify(new ExternalException(message)));
        Assert.Equal(TorchFaultKind.OutOfMemory, TorchFault.Classify(new SEHException(message + Backtrace)));
        Assert.Equal(TorchFaultKind.OutOfMemory, TorchFault.Classify(new InvalidOperationException("While encoding.", new ExternalException(message))));
    }

    [Theory]
    [InlineData("CUDA error: an illegal memory access was encountered\nSearch for `cudaErrorIllegalAddress' in https://docs.nvidia.com/")]
    [InlineData("CUDA error: device-side assert triggered")]
    [InlineData("CUDA error: unspecified launch failure")]
    [InlineData("CUDA error: misaligned address")]
    [InlineData("CUDA error: uncorrectable ECC error encountered")]
    [InlineData("CUDA error: uncorrectable NVLink error detected during the execution")]
    [InlineData("CUDA error: hardware stack error")]
    [InlineData("CUDA error: all CUDA-capable devices are busy or unavailable")]
    [InlineData("CUDA error: no kernel image is available for execution on the device")]
    [InlineData("CUDA error: unknown error")]
    [InlineData("CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasSgemm( handle, opa, opb)`")]
    [InlineData("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`")]
    [InlineData("CUDA error: CUBLAS_STATUS_INTERNAL_ERROR when calling `cublasGemmEx(handle)`")]
    [InlineData("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED")]
    [InlineData("cuDNN error: CUDNN_STATUS_INTERNAL_ERROR")]
    [InlineData("CUDA driver error: unknown error")]
    [InlineData("NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.")]
    [InlineData("HIP error: unspecified launch failure")]
    public void A_broken_device_is_known_by_its_words(string message)
    {
        Assert.Equal(TorchFaultKind.Device, TorchFault.Classify(new ExternalException(message)));
        Assert.Equal(TorchFaultKind.Device, TorchFault.Classify(new ExternalException(message + Backtrace)));
        Assert.Equal(TorchFaultKind.Device, TorchFault.Classify(new AggregateException(new OutOfMemoryException(), new ExternalException(message))));
    }

    [Theory]
    [InlineData("The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 0")]
    [InlineData("Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!")]
    [InlineData("CUDA error: invalid configuration argument\nSearch for `cudaErrorInvalidConfiguration' in https://docs.nvidia.com/")]
    [InlineData("CUDA error: CUBLAS_STATUS_INVALID_VALUE when calling `cublasSgemm( handle, opa, opb)`")]
    [InlineData("CUDA error: CUBLAS_STATUS_NOT_SUPPORTED when calling `cublasGemmStridedBatchedEx`")]
    [InlineData("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED. This error may appear if you passed in a non-contiguous input.")]
    [InlineData("cuDNN Frontend error: [cudnn_frontend] Error: No execution plans support the graph.")]
    [InlineData("index out of range in self" + Backtrace + "\nframe #1: CUDA error: unspecified launch failure, out of memory")]
    public void Refused_calls_and_the_names_of_frames_are_neither(string message) =>
        Assert.Equal(TorchFaultKind.Other, TorchFault.Classify(new ExternalException(message)));

    [Fact]
    public void Only_native_text_counts()
    {
        // A question or a file's name may stand in a message of ours.
        Assert.Equal(TorchFaultKind.Other, TorchFault.Classify(new InvalidOperationException("'CUDA error: out of memory.png' cannot be read.")));
        Assert.Equal(TorchFaultKind.Other, TorchFault.Classify(new Win32Exception(12, "Cannot allocate memory")));
        Assert.Equal(TorchFaultKind.Other, TorchFault.Classify(new SocketException(104)));
        Assert.Equal(TorchFaultKind.Other, TorchFault.Classify(new OperationCanceledException()));
        Assert.Equal(TorchFaultKind.OutOfMemory, TorchFault.Classify(new InsufficientMemoryException()));
    }

    [Fact]
    public void Torch_itself_says_so_when_memory_cannot_be_had()
    {
        var exception = Assert.ThrowsAny<Exception>(() => torch.empty([1L << 46], dtype: torch.ScalarType.Byte).Dispose());
        Assert.Equal(TorchFaultKind.OutOfMemory, TorchFault.Classify(exception));

        var shapes = Assert.ThrowsAny<Exception>(() =>
        {
            using var scope = torch.NewDisposeScope();
            torch.zeros(3).add(torch.zeros(4));
        });
        Assert.Equal(TorchFaultKind.Other, TorchFault.Classify(shapes));
    }
}

using System.ComponentModel.DataAnnotations;

namespace ResPrune.Inference.Engine;

/// <summary>Settings of one engine.</summary>
public sealed record EngineOptions
{
    /// <summary>Hugging Face checkpoint folder.</summary>
    [Required]
    public required string ModelDirectory { get; init; }

    /// <summary><c>auto</c> (default: the first CUDA device, else the CPU), <c>cpu</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "auto";

    /// <summary><c>auto</c> (default: the fastest, measured once), <c>float32</c>, <c>bfloat16</c> or <c>float16</c>.</summary>
    public string DType { get; init; } = "auto";

    /// <summary>Most requests in one micro-batch. Default 8.</summary>
    [Range(1, 1024)]
    public int BatchSize { get; init; } = 8;

    /// <summary>Requests that may wait, preprocessed, for the device. Default 32.</summary>
    [Range(1, 65536)]
    public int QueueCapacity { get; init; } = 32;

    /// <summary>Preprocessing threads; 0 (default) means one less than the cores, at least one.</summary>
    [Range(0, 1024)]
    public int PreprocessThreads { get; init; }

    /// <summary>
    /// Threads torch may use on a CPU; 0 (default) means one for small models, whose products are too short to be worth splitting, and
    /// all cores for others. The first engine that a process loads decides for the process; later ones take what is decided.
    /// </summary>
    [Range(0, 1024)]
    public int TorchThreads { get; init; }

    /// <summary>Most pixels an image header may claim, in millions. Default 100.</summary>
    [Range(0.01, 10_000)]
    public double MaxImageMegapixels { get; init; } = 100;

    /// <summary>
    /// Most MiB that images may take at a time, from before they are decoded until they are answered; a request waits for its share, and an image
    /// that needs more is worked on alone. 0 (default): a quarter of what the process may still take of the machine's, the container's or its own
    /// memory limit once the first model is loaded, shared by all engines of the process.
    /// </summary>
    [Range(0, 1 << 30)]
    public int ImageMemoryMebibytes { get; init; }

    /// <summary>Bytes that caches and activations may still take; null (default) asks device and system (<see cref="DeviceMemory"/>).</summary>
    internal Func<long>? FreeBytes { get; init; }
}

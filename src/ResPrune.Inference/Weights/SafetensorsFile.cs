using Microsoft.Win32.SafeHandles;
using ResPrune.Inference.Engine;
using static TorchSharp.torch;

namespace ResPrune.Inference.Weights;

/// <summary>
/// A safetensors file. Everything the header claims is checked against the file before a tensor is read: header length, types, shapes,
/// byte ranges, overlaps and gaps. Format: <c>huggingface/safetensors</c>, README "Format".
/// </summary>
internal sealed class SafetensorsFile : IDisposable
{
    private readonly SafeFileHandle _handle;

    private SafetensorsFile(string path, SafeFileHandle handle, IReadOnlyDictionary<string, SafetensorsEntry> entries)
    {
        Path = path;
        _handle = handle;
        Entries = entries;
    }

    /// <summary>Where the file lies.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="ModelLoadException">The file is absent, truncated or malformed; the message says where.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
        }
        catch (IOException exception)
        {
            throw new ModelLoadException($"{path}: cannot be opened: {exception.Message}", exception);
        }

        try
        {
            return new SafetensorsFile(path, handle, SafetensorsHeader.Read(path, handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Reads one tensor in its stored type to the CPU; the caller owns it.</summary>
    public Tensor Read(SafetensorsEntry entry)
    {
        if (entry.Length > int.MaxValue)
            throw new ModelLoadException($"{Path}: tensor '{entry.Name}' has {entry.Length} bytes; at most {int.MaxValue} are supported.");

        var tensor = empty(entry.Shape.ToArray(), dtype: ToTorch(entry.DType));
        if (entry.Length == 0) return tensor;
        var bytes = tensor.bytes;
        var done = 0;
        while (done < bytes.Length)
        {
            var read = RandomAccess.Read(_handle, bytes[done..], entry.Offset + done);
            if (read == 0) throw new ModelLoadException($"{Path}: ends inside tensor '{entry.Name}'.");
            done += read;
        }

        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static ScalarType ToTorch(SafetensorsDType type) => type switch
    {
        SafetensorsDType.F16 => ScalarType.Float16,
        SafetensorsDType.BF16 => ScalarType.BFloat16,
        SafetensorsDType.F32 => ScalarType.Float32,
        SafetensorsDType.F64 => ScalarType.Float64,
        SafetensorsDType.I32 => ScalarType.Int32,
        SafetensorsDType.I64 => ScalarType.Int64,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };
}

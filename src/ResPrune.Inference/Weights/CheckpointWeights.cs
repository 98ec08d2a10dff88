using System.Security.Cryptography;
using ResPrune.Inference.Engine;
using static TorchSharp.torch;

namespace ResPrune.Inference.Weights;

/// <summary>
/// The weights of a checkpoint by canonical name, handed out once each in the running dtype on the running device.
/// Strict: <see cref="EnsureAllUsed"/> reports what is missing, unexpected or misshapen together.
/// </summary>
internal sealed class CheckpointWeights : IWeightSource, IDisposable
{
    private readonly SafetensorsFile _file;
    private readonly Dictionary<string, SafetensorsEntry> _unused = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];
    private readonly Device _device;
    private readonly ScalarType _dtype;

    private CheckpointWeights(SafetensorsFile file, Func<string, string?> canonicalName, Device device, ScalarType dtype)
    {
        _file = file;
        _device = device;
        _dtype = dtype;
        foreach (var entry in file.Entries.Values)
        {
            if (canonicalName(entry.Name) is { } name && !_unused.TryAdd(name, entry))
                _problems.Add($"'{entry.Name}' and '{_unused[name].Name}' are the same weight under two names");
        }
    }

    /// <summary>Lower-case hex digest of the weights.</summary>
    public string Digest
    {
        get
        {
            using var stream = new FileStream(_file.Path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
    }

    /// <summary>Opens the weights of a checkpoint folder. What it returns must outlive the model built from it.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="canonicalName">Maps a stored name to the canonical one, or null for tensors known to be harmless.</param>
    /// <param name="device">Where weights go.</param>
    /// <param name="dtype">What weights become.</param>
    /// <exception cref="ModelLoadException">A file is absent or damaged.</exception>
    public static CheckpointWeights Open(string directory, Func<string, string?> canonicalName, Device device, RunningDType dtype)
    {
        var path = Path.Combine(directory, "model.safetensors");
        if (!File.Exists(path))
            throw new ModelLoadException($"{path}: not found. Weights are read from safetensors; .bin and .pt files can run code and are not.");
        var file = SafetensorsFile.Open(path);
        return new CheckpointWeights(file, canonicalName, device, dtype.Weights);
    }

    /// <summary>Number of weights handed out so far.</summary>
    public long ParameterCount { get; private set; }

    /// <inheritdoc/>
    public bool Has(string name) => _unused.ContainsKey(name);

    /// <summary>
    /// Takes a weight. A missing or misshapen one is noted and an empty placeholder returned, so that all faults can be named at once.
    /// </summary>
    public Tensor Take(string name, params ReadOnlySpan<long> shape)
    {
        if (!_unused.Remove(name, out var entry))
        {
            _problems.Add($"missing '{name}' [{string.Join(", ", shape.ToArray())}]");
            return empty(0);
        }

        if (!shape.SequenceEqual(entry.Shape.ToArray()))
        {
            _problems.Add($"'{entry.Name}' has shape [{string.Join(", ", entry.Shape)}], the config asks for [{string.Join(", ", shape.ToArray())}]");
            return empty(0);
        }

        if (entry.DType is SafetensorsDType.I32 or SafetensorsDType.I64)
        {
            _problems.Add($"'{entry.Name}' has dtype {entry.DType}; a weight must be a floating-point tensor");
            return empty(0);
        }

        using var stored = _file.Read(entry);
        ParameterCount += stored.numel();
        return stored.to(_dtype, _device);
    }

    /// <summary>Ends loading.</summary>
    /// <exception cref="ModelLoadException">A weight is missing, unexpected or misshapen.</exception>
    public void EnsureAllUsed()
    {
        _problems.AddRange(_unused.Values.Select(entry => $"unexpected '{entry.Name}' [{string.Join(", ", entry.Shape)}]"));
        if (_problems.Count == 0) return;
        const int Shown = 12;
        var more = _problems.Count > Shown ? $" … and {_problems.Count - Shown} more" : string.Empty;
        throw new ModelLoadException($"{_file.Path}: does not fit its config.json: {string.Join("; ", _problems.Take(Shown))}{more}.");
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}

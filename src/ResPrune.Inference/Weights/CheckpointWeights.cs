using System.Diagnostics;
using ResPrune.Inference.Engine;
using static TorchSharp.torch;

namespace ResPrune.Inference.Weights;

/// <summary>
/// The weights of a checkpoint folder by canonical name, handed out once each as the running type has them, on the running device. Strict:
/// <see cref="EnsureAllUsed"/> reports what is missing, unexpected or misshapen in all files together. On a CPU, weights stored in the type they
/// are held in stay where they are in the mapped files (<see cref="FileMapping"/> says what that asks of the files); others are converted part
/// by part, so that loading takes no more than the weights and some tens of megabytes. Lives as long as the model: it owns the files.
/// </summary>
internal sealed class CheckpointWeights : IWeightSource, IDisposable
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly CheckpointFiles _files;
    private readonly WeightCatalog _catalog;
    private readonly Device _device;
    private readonly RunningDType _dtype;
    private readonly WeightsDigest _digest;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _stopDigest;
    private long _weightBytes;
    private double? _seconds;

    private CheckpointWeights(
        CheckpointFiles files, Func<string, string?> canonicalName, Device device, RunningDType dtype, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        _files = files;
        _device = device;
        _dtype = dtype;
        Widening = dtype.Widens ? new WideningBuffer() : null;
        _catalog = new WeightCatalog(files, canonicalName, entry => WeightReader.StaysMapped(entry, Held(entry, matrix: true), device));
        _digest = new WeightsDigest([.. files.Files.SelectMany(file => _catalog.Unused.Where(weight => weight.File == file).OrderBy(weight => weight.Entry.Offset))]);
        _stopDigest = cancellation.Register(_digest.Stop);
    }

    /// <summary>Number of weights handed out so far.</summary>
    public long ParameterCount { get; private set; }

    /// <summary>The digest of all weights (<see cref="WeightsDigest"/>), lower-case hex; waits until it is there.</summary>
    public string Digest => _digest.Value;

    /// <summary>What loading took; waits for the digest. Ask once the model is built.</summary>
    public LoadStatistics Statistics
    {
        get
        {
            _ = _digest.Value;
            _seconds ??= Stopwatch.GetElapsedTime(_started).TotalSeconds;
            return new LoadStatistics(_seconds.Value, _files.Files.Count, _files.FileBytes, _weightBytes);
        }
    }

    /// <summary>Opens the weights of a checkpoint folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="canonicalName">Maps a stored name to the canonical one, or null for tensors known to be harmless.</param>
    /// <param name="device">Where weights go.</param>
    /// <param name="dtype">What weights become.</param>
    /// <param name="cancellation">Once cancelled, weights are handed out as empty placeholders, so that whoever builds a model is done at once.</param>
    /// <exception cref="ModelLoadException">A file is absent or damaged.</exception>
    public static CheckpointWeights Open(
        string directory, Func<string, string?> canonicalName, Device device, RunningDType dtype, CancellationToken cancellation = default) =>
        new(CheckpointFiles.Open(directory), canonicalName, device, dtype, cancellation);

    /// <inheritdoc/>
    public WideningBuffer? Widening { get; }

    /// <inheritdoc/>
    public bool Has(string name) => _catalog.Has(name);

    /// <summary>
    /// Takes a weight. A missing or misshapen one is noted and an empty placeholder returned, so that all faults can be named at once.
    /// </summary>
    public Tensor Take(string name, params ReadOnlySpan<long> shape) => Take(name, shape, matrix: false);

    /// <inheritdoc/>
    public Tensor TakeMatrix(string name, long rows, long columns) => Take(name, [rows, columns], matrix: true);

    /// <summary>Ends loading.</summary>
    /// <exception cref="ModelLoadException">A weight is missing, unexpected or misshapen.</exception>
    public void EnsureAllUsed() => _catalog.RequireFit(_files.Source);

    /// <inheritdoc/>
    public void Dispose()
    {
        Widening?.Dispose();
        _stopDigest.Dispose();
        _digest.Dispose();
        _files.Dispose();
    }

    private Tensor Take(string name, ReadOnlySpan<long> shape, bool matrix)
    {
        if (_cancellation.IsCancellationRequested || _catalog.Take(name, shape) is not { File: var file, Entry: var entry }) return empty(0);
        var weight = WeightReader.Read(file, entry, Held(entry, matrix), _device);
        ParameterCount += entry.Count;
        _weightBytes += entry.Count * weight.ElementSize;
        return weight;
    }

    /// <summary>The type a weight is held in: half-precision matrices stay as stored where products widen them.</summary>
    private ScalarType Held(SafetensorsEntry entry, bool matrix)
    {
        if (!matrix) return _dtype.Compute;
        return _dtype.Widens && entry.DType is SafetensorsDType.F16 or SafetensorsDType.BF16 ? entry.ScalarType : _dtype.Weights;
    }
}

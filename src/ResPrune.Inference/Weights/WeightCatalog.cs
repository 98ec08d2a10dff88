using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Weights;

/// <summary>
/// The stored weights of a checkpoint by canonical name, each taken once. What is missing, unexpected or misshapen is noted, so that all faults
/// of all files can be named at once.
/// </summary>
internal sealed class WeightCatalog
{
    private readonly Dictionary<string, NamedWeight> _unused = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    /// <param name="files">Open files.</param>
    /// <param name="canonicalName">Maps a stored name to the canonical one, or null for tensors known to be harmless.</param>
    /// <param name="staysMapped">Whether a weight is used where it lies.</param>
    public WeightCatalog(CheckpointFiles files, Func<string, string?> canonicalName, Func<SafetensorsEntry, bool> staysMapped)
    {
        foreach (var file in files.Files)
        {
            foreach (var entry in file.Entries.Values)
            {
                if (canonicalName(entry.Name) is not { } name) continue;
                if (!_unused.TryAdd(name, new NamedWeight(name, file, entry, staysMapped(entry))))
                    _problems.Add($"'{entry.Name}' and '{_unused[name].Entry.Name}' are the same weight under two names");
            }
        }
    }

    /// <summary>The weights not taken yet.</summary>
    public IReadOnlyCollection<NamedWeight> Unused => _unused.Values;

    /// <summary>Everything that is wrong, once the model has taken what it needs; empty when all fits.</summary>
    public IReadOnlyList<string> Problems =>
        [.. _problems, .. _unused.Values.Select(unused => $"unexpected '{unused.Entry.Name}' [{string.Join(", ", unused.Entry.Shape)}]")];

    /// <summary>Ends the taking.</summary>
    /// <param name="source">The file that faults are reported against.</param>
    /// <exception cref="ModelLoadException">A weight is missing, unexpected or misshapen.</exception>
    public void RequireFit(string source)
    {
        if (Problems is { Count: > 0 } problems) throw new ModelLoadException($"{source}: does not fit its config.json: {ProblemList.Text(problems)}.");
    }

    /// <summary>Whether there is a weight of this canonical name that was not taken yet.</summary>
    public bool Has(string name) => _unused.ContainsKey(name);

    /// <summary>Takes a weight; null, and noted, when it is missing or not what was asked for.</summary>
    public NamedWeight? Take(string name, ReadOnlySpan<long> shape)
    {
        if (!_unused.Remove(name, out var found))
        {
            _problems.Add($"missing '{name}' [{string.Join(", ", shape.ToArray())}]");
            return null;
        }

        var entry = found.Entry;
        if (!shape.SequenceEqual(entry.Shape.ToArray()))
        {
            _problems.Add($"'{entry.Name}' has shape [{string.Join(", ", entry.Shape)}], the config asks for [{string.Join(", ", shape.ToArray())}]");
            return null;
        }

        if (entry.IsFloatingPoint) return found;
        _problems.Add($"'{entry.Name}' has dtype {entry.DType}; a weight must be a floating-point tensor");
        return null;
    }
}

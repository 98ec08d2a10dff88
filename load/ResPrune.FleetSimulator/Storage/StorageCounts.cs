using System.Collections.Concurrent;

namespace ResPrune.FleetSimulator.Storage;

/// <summary>Calls of the store.</summary>
internal sealed class StorageCounts
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>By what they are.</summary>
    public IReadOnlyDictionary<string, long> ByKind => _counts;

    /// <summary>A call.</summary>
    /// <param name="verb">What is done.</param>
    /// <param name="name">The blob, or a prefix.</param>
    public void Add(string verb, string name) => _counts.AddOrUpdate($"{verb} {KindOf(name)}", 1, (_, count) => count + 1);

    private static string KindOf(string name)
    {
        if (!name.StartsWith("batches/", StringComparison.Ordinal)) return "picture";
        if (name.Contains("/attempts/", StringComparison.Ordinal)) return "attempt";
        return name.Contains("/commits/", StringComparison.Ordinal) ? "commit" : name[(name.LastIndexOf('/') + 1)..];
    }
}

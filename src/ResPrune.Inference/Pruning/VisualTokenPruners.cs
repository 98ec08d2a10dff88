namespace ResPrune.Inference.Pruning;

/// <summary>The pruners by the name a user types.</summary>
public static class VisualTokenPruners
{
    /// <summary>Every name <see cref="PruningOptions.Pruner"/> may hold.</summary>
    public static IReadOnlyList<string> Names { get; } = ["resprune", "random", "none"];

    /// <summary>The pruner called <paramref name="name"/>, in any case.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists the names.</exception>
    internal static IVisualTokenPruner Create(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Trim().ToUpperInvariant() switch
        {
            "RESPRUNE" => new ResPrunePruner(),
            "RANDOM" => new RandomPruner(),
            "NONE" => new KeepAllPruner(),
            _ => throw new ArgumentException($"There is no pruner '{name}': use one of {string.Join(", ", Names)}.", nameof(name)),
        };
    }
}

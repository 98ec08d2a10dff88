using System.ComponentModel.DataAnnotations;

namespace ResPrune.Inference.Pruning;

/// <summary>How visual tokens are chosen for one request.</summary>
public sealed record PruningOptions
{
    /// <summary>How many to keep. Default all.</summary>
    public TokenBudget Keep { get; init; } = TokenBudget.All;

    /// <summary><c>resprune</c> (default), <c>random</c> or <c>none</c>.</summary>
    public string Pruner { get; init; } = "resprune";

    /// <summary>What one selection ranges over in a tiled picture. Default <see cref="PruningScope.Tile"/>.</summary>
    public PruningScope Scope { get; init; }

    /// <summary>Exponent α of the relevance weight w = (r + ε)^α; null (default) takes the family's.</summary>
    [Range(0, 100)]
    public double? Alpha { get; init; }

    /// <summary>ε of the relevance weight. Default 1e-6.</summary>
    [Range(double.Epsilon, 1)]
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>Seed of the <c>random</c> pruner, mixed with the image digest. Default 0.</summary>
    public long Seed { get; init; }
}

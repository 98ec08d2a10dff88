namespace ResPrune.Inference.Pruning;

/// <summary>Everything that decides which visual tokens of one image are kept. A pruner sees one image at a time, never its batch-mates.</summary>
internal readonly record struct TokenSelectionRequest
{
    /// <summary>Creates a request that conditions on nothing (ε = 1e-6, α = 0).</summary>
    public TokenSelectionRequest()
    {
    }

    /// <summary>V [T, d].</summary>
    public required VisualTokens Tokens { get; init; }

    /// <summary>How many to keep, k ≥ 1; T or more keeps all.</summary>
    public required int Budget { get; init; }

    /// <summary>U [L, d] row-major: embedding rows of the condition tokens; empty means every relevance is 1.</summary>
    public ReadOnlyMemory<float> Condition { get; init; }

    /// <summary>Score per token [T] whose argmax is the seed (class attention of a CLIP encoder); empty means the largest norm is.</summary>
    public ReadOnlyMemory<float> SeedScores { get; init; }

    /// <summary>Exponent α ≥ 0 of the weight w = (r + ε)^α.</summary>
    public double Alpha { get; init; }

    /// <summary>ε > 0 of the weight. Default 1e-6.</summary>
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>Seed of the random pruner for this very request; see <see cref="RandomPruner.SeedFor"/>.</summary>
    public long RandomSeed { get; init; }

    /// <summary>The budget that can be met: at most T.</summary>
    internal int EffectiveBudget => Math.Min(Budget, Tokens.Count);

    /// <summary>Checks that the sizes fit each other and the numbers their ranges.</summary>
    /// <exception cref="ArgumentException">They do not; the message names the value.</exception>
    internal void Validate()
    {
        var (values, count, width) = Tokens;
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, nameof(VisualTokens.Count));
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1, nameof(VisualTokens.Width));
        ArgumentOutOfRangeException.ThrowIfLessThan(Budget, 1, nameof(Budget));
        if (!(Alpha >= 0) || double.IsInfinity(Alpha))
            throw new ArgumentOutOfRangeException(nameof(Alpha), Alpha, "Alpha must be a finite number of at least 0.");
        if (!(Epsilon > 0) || double.IsInfinity(Epsilon))
            throw new ArgumentOutOfRangeException(nameof(Epsilon), Epsilon, "Epsilon must be a finite number above 0.");
        if (values.Length < (long)count * width)
            throw new ArgumentException($"{values.Length} values are too few for {count} visual tokens of width {width}.", nameof(Tokens));
        if (Condition.Length % width != 0)
            throw new ArgumentException($"{Condition.Length} condition values are not whole rows of width {width}.", nameof(Condition));
        if (SeedScores.Length != 0 && SeedScores.Length != count)
            throw new ArgumentException($"{SeedScores.Length} seed scores were given for {count} visual tokens.", nameof(SeedScores));
    }
}

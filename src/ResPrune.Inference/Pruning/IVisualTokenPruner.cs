namespace ResPrune.Inference.Pruning;

/// <summary>
/// Picks k of the T visual tokens of one image. Implementations are stateless and safe to call from many threads at once; a selection
/// depends on nothing but its request.
/// </summary>
internal interface IVisualTokenPruner
{
    /// <summary>Selects min(k, T) distinct tokens.</summary>
    /// <exception cref="ArgumentException">Sizes or settings that do not fit together.</exception>
    /// <exception cref="TokenSelectionException">A value that must be finite is not.</exception>
    TokenSelection Select(in TokenSelectionRequest request);
}

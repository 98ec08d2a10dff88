namespace ResPrune.Inference.Pruning;

/// <summary><c>none</c>: keeps every token whatever the budget says.</summary>
internal sealed class KeepAllPruner : IVisualTokenPruner
{
    /// <inheritdoc/>
    public TokenSelection Select(in TokenSelectionRequest request)
    {
        request.Validate();
        return TokenSelection.KeepAll(request.Tokens.Count);
    }
}

namespace ResPrune.Inference.Pruning;

/// <summary>Numbers no selection can be made from (NaN, infinity). The message names the row and what it means.</summary>
internal sealed class TokenSelectionException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TokenSelectionException(string message)
        : base(message)
    {
    }
}

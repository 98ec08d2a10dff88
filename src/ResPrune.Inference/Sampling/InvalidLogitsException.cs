namespace ResPrune.Inference.Sampling;

/// <summary>Logits no token can be chosen from. The message names the token id and its value.</summary>
internal sealed class InvalidLogitsException : Exception
{
    /// <summary>Creates the exception.</summary>
    public InvalidLogitsException(string message)
        : base(message)
    {
    }
}

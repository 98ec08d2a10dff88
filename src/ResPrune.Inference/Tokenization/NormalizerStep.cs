namespace ResPrune.Inference.Tokenization;

/// <summary>One step of a normalizer.</summary>
internal abstract record NormalizerStep
{
    private NormalizerStep()
    {
    }

    /// <summary>Puts a text before one that is not empty.</summary>
    public sealed record Prepend(string Content) : NormalizerStep;

    /// <summary>Replaces a literal everywhere.</summary>
    public sealed record Replace(string Pattern, string Content) : NormalizerStep;

    /// <summary>Unicode's canonical composition.</summary>
    public sealed record Compose : NormalizerStep;
}

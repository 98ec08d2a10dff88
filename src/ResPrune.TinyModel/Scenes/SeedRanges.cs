namespace ResPrune.TinyModel.Scenes;

/// <summary>Where seeds come from. The ranges cannot meet: each is 2⁴⁰ long and starts at a different multiple of 2⁴⁰.</summary>
public static class SeedRanges
{
    /// <summary>Length of every range.</summary>
    public const long Length = 1L << 40;

    /// <summary>First seed of the pictures the weights learn from.</summary>
    public const long Training = 0;

    /// <summary>First seed of <c>resprune eval</c>: never trained on.</summary>
    public const long Evaluation = Length;

    /// <summary>First seed of the accuracy lines in the training log: never trained on, and not what <c>eval</c> reports.</summary>
    public const long Validation = 2 * Length;

    /// <summary>First seed of the sample pictures: never trained on.</summary>
    public const long Samples = 3 * Length;
}

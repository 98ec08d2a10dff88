namespace ResPrune.Inference.Sampling;

/// <summary>
/// Random numbers by position: number i of a seed is always the same, whatever was drawn before, so that an answer can be repeated and
/// never depends on its batch-mates. SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), which is a mixed counter; the seed is mixed first
/// because users count seeds up by one.
/// </summary>
/// <param name="seed">Any number.</param>
internal readonly struct SampleStream(long seed)
{
    private const ulong Gamma = 0x9E3779B97F4A7C15;
    private readonly ulong _key = Mix(unchecked((ulong)seed + Gamma));

    /// <summary>64 random bits at <paramref name="index"/>.</summary>
    public ulong Bits(long index) => Mix(unchecked(_key + (((ulong)index + 1) * Gamma)));

    /// <summary>A number in [0, 1) with 53 random bits.</summary>
    public double Uniform(long index) => (Bits(index) >> 11) * (1.0 / (1UL << 53));

    private static ulong Mix(ulong z)
    {
        unchecked
        {
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}

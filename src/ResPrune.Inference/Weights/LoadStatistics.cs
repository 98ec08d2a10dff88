namespace ResPrune.Inference.Weights;

/// <summary>What loading the weights of a checkpoint took.</summary>
/// <param name="Seconds">From opening the files to the last weight and the digest.</param>
/// <param name="Files">Weight files.</param>
/// <param name="FileBytes">Bytes of the weight files.</param>
/// <param name="WeightBytes">Bytes of the weights in the type they are held in.</param>
public sealed record LoadStatistics(double Seconds, int Files, long FileBytes, long WeightBytes)
{
    /// <summary>Memory that the process may take at most while loading, beside the weights.</summary>
    private const long Margin = 1L << 30;

    /// <summary>Peak resident memory, in bytes, that loading must stay within: the weights as they are held and 1 GiB.</summary>
    public long PeakMemoryBound => WeightBytes + Margin;
}

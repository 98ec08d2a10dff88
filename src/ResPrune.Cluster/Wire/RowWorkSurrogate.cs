using ResPrune.Batch.Rows;

namespace ResPrune.Cluster.Wire;

/// <summary>Wire form of <see cref="RowWork"/>.</summary>
[GenerateSerializer]
[Alias("resprune.RowWork")]
internal struct RowWorkSurrogate
{
    [Id(0)]
    public double PreprocessSeconds;

    [Id(1)]
    public double EncodeSeconds;

    [Id(2)]
    public double PruneSeconds;

    [Id(3)]
    public double PrefillSeconds;

    [Id(4)]
    public double DecodeSeconds;

    [Id(5)]
    public double PrefillFlops;

    [Id(6)]
    public double PrefillFlopsUnpruned;

    [Id(7)]
    public long KvBytes;

    [Id(8)]
    public long KvBytesUnpruned;
}

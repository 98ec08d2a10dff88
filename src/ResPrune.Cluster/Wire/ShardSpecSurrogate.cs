using ResPrune.Batch.Sharding;

namespace ResPrune.Cluster.Wire;

/// <summary>Wire form of <see cref="ShardSpec"/>; ranges of repeated ids are pairs of numbers in a row.</summary>
[GenerateSerializer]
[Alias("resprune.ShardSpec")]
internal struct ShardSpecSurrogate
{
    [Id(0)]
    public int Ordinal;

    [Id(1)]
    public long Offset;

    [Id(2)]
    public long Length;

    [Id(3)]
    public long FirstLine;

    [Id(4)]
    public int Rows;

    [Id(5)]
    public UInt128 IdSum;

    [Id(6)]
    public long[] Duplicates;
}

/// <summary>Lets <see cref="ShardSpec"/> travel in grain messages.</summary>
[RegisterConverter]
internal sealed class ShardSpecConverter : IConverter<ShardSpec, ShardSpecSurrogate>
{
    /// <inheritdoc/>
    public ShardSpec ConvertFromSurrogate(in ShardSpecSurrogate surrogate) =>
        new(surrogate.Ordinal, surrogate.Offset, surrogate.Length, surrogate.FirstLine, surrogate.Rows, surrogate.IdSum)
        {
            DuplicateLines = [.. surrogate.Duplicates.Chunk(2).Select(range => new LineRange(range[0], range[1]))],
        };

    /// <inheritdoc/>
    public ShardSpecSurrogate ConvertToSurrogate(in ShardSpec value) => new()
    {
        Ordinal = value.Ordinal,
        Offset = value.Offset,
        Length = value.Length,
        FirstLine = value.FirstLine,
        Rows = value.Rows,
        IdSum = value.IdSum,
        Duplicates = [.. value.DuplicateLines.SelectMany(range => (long[])[range.First, range.Last])],
    };
}

namespace ResPrune.Batch.Sharding;

/// <summary>One shard: a fixed byte range of the stored input that begins and ends on line boundaries.</summary>
/// <param name="Ordinal">Its place, from 0.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes.</param>
/// <param name="FirstLine">Number of its first line, from 1, blank lines counted.</param>
/// <param name="Rows">Lines in it that are not blank.</param>
/// <param name="IdSum">
/// Sum (mod 2¹²⁸) of the hashes of the ids that the shard's rows are published under: the submitter's own, each the first time it occurs in the batch.
/// What is published is checked against it, in no memory, however many rows there are.
/// </param>
public sealed record ShardSpec(int Ordinal, long Offset, long Length, long FirstLine, int Rows, UInt128 IdSum)
{
    /// <summary>Lines of this shard whose id an earlier line of the batch already has; decided once for all attempts.</summary>
    public IReadOnlyList<long> DuplicateLines { get; init; } = [];
}

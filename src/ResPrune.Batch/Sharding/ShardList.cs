using System.Collections;
using System.Runtime.InteropServices;

namespace ResPrune.Batch.Sharding;

/// <summary>
/// The shards of a plan, held compactly: 40 bytes a shard, and the repeated ids where there are any, so that the coordinator of ten million rows can
/// hand out any of them. Shard n is at index n.
/// </summary>
internal sealed class ShardList : IReadOnlyList<ShardSpec>
{
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<int, IReadOnlyList<LineRange>> _duplicates = [];
    private long _end;

    /// <inheritdoc/>
    public int Count => _entries.Count;

    /// <inheritdoc/>
    public ShardSpec this[int index]
    {
        get
        {
            var entry = _entries[index];
            var end = index + 1 < _entries.Count ? _entries[index + 1].Offset : _end;
            var shard = new ShardSpec(index, entry.Offset, end - entry.Offset, entry.FirstLine, entry.Rows, new UInt128(entry.IdSumHigh, entry.IdSumLow));
            return _duplicates.TryGetValue(index, out var duplicates) ? shard with { DuplicateLines = duplicates } : shard;
        }
    }

    /// <inheritdoc/>
    public IEnumerator<ShardSpec> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds the next shard.</summary>
    /// <exception cref="ArgumentException">It is not the one after the last.</exception>
    public void Add(ShardSpec shard)
    {
        if (shard.Ordinal != Count || shard.Offset != _end)
            throw new ArgumentException($"Shard {shard.Ordinal} at byte {shard.Offset} is not the one after {Count} shards of {_end} bytes.", nameof(shard));
        _entries.Add(new Entry(shard.Offset, shard.FirstLine, (ulong)(shard.IdSum >> 64), (ulong)shard.IdSum, shard.Rows));
        if (shard.DuplicateLines.Count > 0) _duplicates[shard.Ordinal] = shard.DuplicateLines;
        _end = shard.Offset + shard.Length;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(long Offset, long FirstLine, ulong IdSumHigh, ulong IdSumLow, int Rows);
}

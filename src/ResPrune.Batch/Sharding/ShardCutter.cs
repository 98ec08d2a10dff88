using ResPrune.Batch.Manifests;

namespace ResPrune.Batch.Sharding;

/// <summary>
/// Cuts a sequence of lines into shards: the ranges follow on each other without gaps and cover the file, blank lines included, except for a
/// file that has no rows at all. A shard is full by its rows, by its bytes (lines may hold whole images), or by the ranges of repeated ids in it,
/// which bound its line of the plan.
/// </summary>
/// <param name="rowsPerShard">Most rows of a shard.</param>
/// <param name="bytesPerShard">Most bytes of a shard of more than one row.</param>
/// <param name="rangesPerShard">Most ranges of repeated ids in a shard.</param>
internal sealed class ShardCutter(
    int rowsPerShard, long bytesPerShard = ShardCutter.DefaultBytesPerShard, int rangesPerShard = ShardCutter.DefaultRangesPerShard)
{
    /// <summary>64 MiB: a worker reads a shard whole before it takes its turn at the device.</summary>
    public const long DefaultBytesPerShard = 64L << 20;

    /// <summary>4096 ranges of at most 44 characters each: a line of a plan stays far below what its reader takes.</summary>
    public const int DefaultRangesPerShard = 4096;

    private readonly List<LineRange> _duplicates = [];
    private bool _lastWasDuplicate;
    private UInt128 _idSum;
    private long _offset;
    private long _length;
    private long _firstLine = 1;
    private long _lines;
    private int _rows;
    private int _shards;

    public void AddBlank(RawLine line)
    {
        _length += line.Length;
        _lines++;
    }

    /// <summary>Takes a row; the shard that it begins behind, null where it goes on with one.</summary>
    public ShardSpec? AddRow(RawLine line, BatchRequestLine request, bool isDuplicate)
    {
        var full = IsFullFor(line, isDuplicate) ? Close() : null;
        _length += line.Length;
        _lines++;
        _rows++;
        if (isDuplicate) NoteDuplicate(line.Number);
        else if (request.HasOwnId) _idSum += IdHash.Of(request.CustomId);
        _lastWasDuplicate = isDuplicate;
        return full;
    }

    /// <summary>The last shard; null when there were no rows.</summary>
    public ShardSpec? Finish() => _rows > 0 ? Close() : null;

    private bool IsFullFor(RawLine line, bool isDuplicate) =>
        _rows == rowsPerShard
        || (_rows > 0 && _length + line.Length > bytesPerShard)
        || (isDuplicate && !_lastWasDuplicate && _duplicates.Count == rangesPerShard);

    private void NoteDuplicate(long line)
    {
        if (_lastWasDuplicate && _duplicates.Count > 0) _duplicates[^1] = _duplicates[^1] with { Last = line };
        else _duplicates.Add(new LineRange(line, line));
    }

    private ShardSpec Close()
    {
        var shard = new ShardSpec(_shards++, _offset, _length, _firstLine, _rows, _idSum) { DuplicateLines = [.. _duplicates] };
        _offset += _length;
        _firstLine += _lines;
        _length = _lines = _rows = 0;
        _idSum = 0;
        _duplicates.Clear();
        return shard;
    }
}

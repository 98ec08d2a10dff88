using ResPrune.Batch.Manifests;

namespace ResPrune.Batch.Sharding;

/// <summary>
/// Cuts a sequence of lines into shards: the ranges follow on each other without gaps and cover the file, blank lines included, except for a
/// file that has no rows at all.
/// </summary>
internal sealed class ShardCutter(int rowsPerShard)
{
    private readonly List<long> _duplicates = [];
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
        var full = _rows == rowsPerShard ? Close() : null;
        _length += line.Length;
        _lines++;
        _rows++;
        if (isDuplicate) _duplicates.Add(line.Number);
        else if (request.HasOwnId) _idSum += IdHash.Of(request.CustomId);
        return full;
    }

    /// <summary>The last shard; null when there were no rows.</summary>
    public ShardSpec? Finish() => _rows > 0 ? Close() : null;

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

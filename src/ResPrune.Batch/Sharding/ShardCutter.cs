using ResPrune.Batch.Manifests;

namespace ResPrune.Batch.Sharding;

/// <summary>
/// Cuts a sequence of lines into shards: the ranges follow on each other without gaps and cover the file, blank lines included, except for a
/// file that has no rows at all.
/// </summary>
internal sealed class ShardCutter(int rowsPerShard)
{
    private readonly List<ShardSpec> _shards = [];
    private readonly List<long> _duplicates = [];
    private UInt128 _idSum;
    private long _offset;
    private long _length;
    private long _firstLine = 1;
    private long _lines;
    private int _rows;

    public void AddBlank(RawLine line)
    {
        _length += line.Length;
        _lines++;
    }

    public void AddRow(RawLine line, BatchRequestLine request, bool isDuplicate)
    {
        if (_rows == rowsPerShard) Close();
        _length += line.Length;
        _lines++;
        _rows++;
        if (isDuplicate) _duplicates.Add(line.Number);
        else if (request.HasOwnId) _idSum += IdHash.Of(request.CustomId);
    }

    public List<ShardSpec> Finish()
    {
        if (_rows > 0) Close();
        return _shards;
    }

    private void Close()
    {
        // Most shards have none, and a batch of ten million rows has many shards: they share the empty list.
        IReadOnlyList<long> duplicates = _duplicates.Count == 0 ? [] : [.. _duplicates];
        _shards.Add(new ShardSpec(_shards.Count, _offset, _length, _firstLine, _rows, _idSum) { DuplicateLines = duplicates });
        _offset += _length;
        _firstLine += _lines;
        _length = _lines = _rows = 0;
        _idSum = 0;
        _duplicates.Clear();
    }
}

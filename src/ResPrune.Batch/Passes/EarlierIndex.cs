using System.Collections;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Passes;

/// <summary>The stored results by the ids of their rows, without the results: 53 bytes a row.</summary>
internal sealed class EarlierIndex
{
    private readonly UInt128[] _ids;
    private readonly Entry[] _entries;
    private readonly BitArray _found;

    private EarlierIndex(UInt128[] ids, Entry[] entries)
    {
        _ids = ids;
        _entries = entries;
        _found = new BitArray(entries.Length);
    }

    /// <summary>Rows of the pass before that nobody asked for by <see cref="Find"/>.</summary>
    public long Missing
    {
        get
        {
            var count = 0L;
            for (var place = 0; place < _entries.Length; place++)
                if (!_found[place] && !_entries[place].Row.IsAside) count++;
            return count;
        }
    }

    /// <summary>Reads the results.</summary>
    /// <param name="store">Where they are.</param>
    /// <param name="earlier">Which; null when there are none.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<EarlierIndex> LoadAsync(IBlobStore store, EarlierReference? earlier, CancellationToken cancellationToken)
    {
        if (earlier is null) return new EarlierIndex([], []);
        var (ids, entries) = (new UInt128[earlier.Rows], new Entry[earlier.Rows]);
        var reader = new EarlierReader(store, earlier.Blob);
        await using var scope = reader.ConfigureAwait(false);
        for (var ordinal = 0; ordinal < earlier.Rows; ordinal++)
        {
            var offset = reader.Position;
            var (row, _) = await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new EndOfStreamException($"'{earlier.Blob}' in '{store.Location}' has {ordinal} results, not {earlier.Rows}.");
            ids[ordinal] = row.Fingerprint.Id;
            entries[ordinal] = new Entry(
                ordinal, offset, new Seen(row.Fingerprint.Content, row.Fingerprint.Image, row.IsFailed, row.IsAside));
        }

        Array.Sort(ids, entries);
        return new EarlierIndex(ids, entries);
    }

    /// <summary>The stored result of a row; null when its id has none.</summary>
    public Entry? Find(UInt128 id)
    {
        var place = Array.BinarySearch(_ids, id);
        if (place < 0) return null;
        _found[place] = true;
        return _entries[place];
    }

    /// <summary>Where a result stands, and what its row was.</summary>
    internal readonly record struct Entry(int Ordinal, long Offset, Seen Row);

    /// <summary>What a row was, its id left out.</summary>
    internal readonly record struct Seen(ulong Content, ulong Image, bool IsFailed, bool IsAside);
}

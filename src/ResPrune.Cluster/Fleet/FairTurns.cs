namespace ResPrune.Cluster.Fleet;

/// <summary>
/// Smooth weighted round robin: over any stretch of turns every entry gets its share, and a heavy one does not take its turns in a row.
/// Ten steps of priority double the share.
/// </summary>
internal sealed class FairTurns<T>
    where T : notnull
{
    private readonly Dictionary<T, (double Weight, double Credit)> _entries = [];

    /// <summary>Entries that take turns.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds an entry or changes its priority; false when it was there with this priority.</summary>
    public bool Set(T entry, int priority)
    {
        var weight = Math.Pow(2, priority / 10.0);
        var known = _entries.TryGetValue(entry, out var old);
        if (known && old.Weight == weight) return false;
        _entries[entry] = (weight, old.Credit);
        return true;
    }

    /// <summary>Removes an entry; false when it was not there.</summary>
    public bool Remove(T entry) => _entries.Remove(entry);

    /// <summary>
    /// The entries in the order in which they should be asked for the next turn; the one that takes it is to be told to <see cref="Take"/>.
    /// </summary>
    public IReadOnlyList<T> Order() =>
        [.. _entries.OrderByDescending(pair => pair.Value.Credit + pair.Value.Weight).Select(pair => pair.Key)];

    /// <summary>The entry takes the turn.</summary>
    public void Take(T entry)
    {
        var total = _entries.Values.Sum(value => value.Weight);
        foreach (var (key, value) in _entries.ToList())
        {
            var credit = value.Credit + value.Weight - (key.Equals(entry) ? total : 0);
            // An entry that had nothing to do for long must not then take all turns, nor one that alone had work wait for ever.
            _entries[key] = value with { Credit = Math.Clamp(credit, -total, total) };
        }
    }
}

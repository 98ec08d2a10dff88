using System.Runtime.InteropServices;
using ResPrune.Batch.Manifests;

namespace ResPrune.Batch.Sharding;

/// <summary>
/// Finds ids that occur more than once, exactly, in two looks at them and memory that hardly grows with their number. The first look puts every id into
/// a filter of a few bits an id; an id that the filter seems to know already is a suspect: every repeated one, and a few in a thousand others. The
/// second look counts these alone.
/// </summary>
/// <param name="inputBytes">Length of the input in bytes, which the filter's size follows: 1/64 of it, so some 20 bits for a line of 150 bytes.</param>
internal sealed class RepeatedIds(long inputBytes)
{
    private const int LeastBytes = 1 << 12;
    private const int MostBytes = 1 << 28;
    private readonly ulong[] _filter = new ulong[FilterBytes(inputBytes) / sizeof(ulong)];
    private readonly Dictionary<UInt128, bool> _suspects = [];

    /// <summary>Ids to be counted in the second look; besides the filter, all that is held.</summary>
    public int Suspects => _suspects.Count;

    /// <summary>The first look at an id.</summary>
    public void Note(string id)
    {
        var hash = IdHash.Of(id);
        var (low, high) = ((ulong)hash, (ulong)(hash >> 64));
        // Three places from one hash, as good as three hashes (Kirsch and Mitzenmacher, 2006).
        var known = Mark(low) & Mark(low + high) & Mark(low + (2 * high));
        if (known) _suspects.TryAdd(hash, false);
    }

    /// <summary>The second look, in the same order: true when the id came before in it.</summary>
    public bool IsRepeated(string id)
    {
        ref var seen = ref CollectionsMarshal.GetValueRefOrNullRef(_suspects, IdHash.Of(id));
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref seen)) return false;
        var repeated = seen;
        seen = true;
        return repeated;
    }

    private static int FilterBytes(long inputBytes) => (int)Math.Clamp(inputBytes / 64, LeastBytes, MostBytes);

    private bool Mark(ulong place)
    {
        // The place as a fraction of 2⁶⁴, times the bits there are (Lemire 2016): no power of two needed, which would be up to twice the memory.
        var bit = Math.BigMul(place, (ulong)_filter.Length * 64, out _);
        ref var word = ref _filter[bit / 64];
        var mask = 1UL << (int)(bit % 64);
        var was = (word & mask) != 0;
        word |= mask;
        return was;
    }
}

namespace ResPrune.Batch.Storage;

/// <summary>
/// What can be known of a file without reading it. When two looks give the same, its bytes are the same: the time of the last change cannot be set, so
/// that a file put in its place with the same length and modification time is noticed too. When they differ, the bytes have to be compared.
/// </summary>
/// <param name="Length">Its bytes; -1 when there is no such file.</param>
/// <param name="Version">Modification time, change time and identity in one number.</param>
public readonly record struct FileStamp(long Length, long Version)
{
    /// <summary>There is no such file.</summary>
    public static FileStamp Absent { get; } = new(-1, 0);

    /// <summary>There is nothing to look at: a data URL, a web address.</summary>
    public static FileStamp None { get; } = new(0, 0);

    internal static FileStamp Of(FileFacts? facts) => facts is { } found
        ? new FileStamp(found.Length, Mix(Mix(found.Modified, found.Changed), unchecked((long)found.Identity.Inode)))
        : Absent;

    // The finishing step of SplitMix64: any bit of either number changes about half of the result's.
    private static long Mix(long one, long other)
    {
        unchecked
        {
            var mixed = ((ulong)one * 0x9E3779B97F4A7C15UL) ^ (ulong)other;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
            return (long)(mixed ^ (mixed >> 31));
        }
    }
}

using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace ResPrune.Batch.Storage;

/// <summary>
/// ETags of files: modification time and length. That tells versions apart because a blob is never changed in place and every write gives its
/// file a time later than that of the version it replaces.
/// </summary>
internal static class LocalFolderETag
{
    /// <summary>The ETag of an open file.</summary>
    public static string Of(SafeFileHandle handle) => string.Create(
        CultureInfo.InvariantCulture, $"{File.GetLastWriteTimeUtc(handle).Ticks:x}-{RandomAccess.GetLength(handle):x}");

    /// <summary>Gives an open file a time after <paramref name="previous"/> and returns its ETag.</summary>
    public static string Stamp(SafeFileHandle handle, DateTime now, DateTime previous)
    {
        var next = now > previous ? now : previous.AddTicks(1);
        File.SetLastWriteTimeUtc(handle, next);
        // Some file systems keep whole (or even) seconds only; go far enough for the difference to survive.
        if (File.GetLastWriteTimeUtc(handle) <= previous) File.SetLastWriteTimeUtc(handle, previous.AddSeconds(2));
        return Of(handle);
    }
}

namespace ResPrune.Cli.Hub;

/// <summary>Room on a disk.</summary>
internal static class DiskSpace
{
    private const int NoSpace = 28; // ENOSPC
    private const int FileTooBig = 27; // EFBIG: a limit on the size of files
    private const int QuotaExceeded = 122; // EDQUOT

    /// <summary>Bytes free for this user where a folder is or will be.</summary>
    public static long Free(string folder)
    {
        var existing = folder;
        while (!Directory.Exists(existing)) existing = Path.GetDirectoryName(existing)!;
        return new DriveInfo(existing).AvailableFreeSpace;
    }

    /// <summary>Whether a write failed for want of room.</summary>
    public static bool IsFull(IOException exception) => exception.HResult is NoSpace or FileTooBig or QuotaExceeded;
}

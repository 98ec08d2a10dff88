using Microsoft.Win32.SafeHandles;

namespace ResPrune.Batch.Storage;

/// <summary>
/// Mutual exclusion between every process that writes to a folder store: an advisory lock on one of a few lock files, chosen by blob name. The
/// kernel drops it when its holder dies, so a crash never leaves a store locked. Lock files are never deleted: deleting would let two in.
/// </summary>
internal sealed class LocalFolderLock : IDisposable
{
    private const int Stripes = 32;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);
    private readonly SafeFileHandle _handle;

    private LocalFolderLock(SafeFileHandle handle) => _handle = handle;

    /// <summary>Waits for the lock of a blob name.</summary>
    public static async Task<LocalFolderLock> AcquireAsync(LocalFolder folder, string canonical, CancellationToken cancellationToken)
    {
        var path = $"{folder.Reserved}/lock-{Stripe(canonical):D2}";
        var handle = Posix.OpenLockFile(path);
        try
        {
            while (!Posix.TryLock(handle, path)) await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            return new LocalFolderLock(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    // The same in every process, unlike string.GetHashCode.
    private static uint Stripe(string canonical)
    {
        var hash = 2166136261u;
        foreach (var c in canonical) hash = (hash ^ c) * 16777619u;
        return hash % Stripes;
    }
}

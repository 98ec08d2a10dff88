namespace ResPrune.Batch.Storage;

/// <summary>Which faults of a file system may be gone at the next try: a full or a busy disk, a server of files that is away.</summary>
internal static class LocalFolderFaults
{
    // .NET's own code for an IOException that no call of the system stands behind.
    private const int Unspecific = unchecked((int)0x80131620);

    // Linux: EIO, EINTR, EAGAIN, ENOMEM, EBUSY, ENFILE, EMFILE, ENOSPC, ENOLCK, EREMOTEIO, EDQUOT, ESTALE, and what a mounted server that is away gives:
    // ENOLINK, ECOMM, ENETDOWN, ENETUNREACH, ECONNABORTED, ECONNRESET, ENOTCONN, ESHUTDOWN, ETIMEDOUT, ECONNREFUSED, EHOSTDOWN, EHOSTUNREACH.
    private static readonly HashSet<int> Passing =
        [5, 4, 11, 12, 16, 23, 24, 28, 37, 121, 122, 116, 67, 70, 100, 101, 103, 104, 107, 108, 110, 111, 112, 113];

    /// <summary>True when another try may succeed.</summary>
    public static bool MayPass(Exception exception) => exception
        is IOException and not (BlobStoreUnavailableException or BlobTooLargeException or BlobOutsideRootException or BlobRefusedException)
        && (exception.HResult == Unspecific || Passing.Contains(exception.HResult));
}

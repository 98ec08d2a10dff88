using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>
/// The images of a folder of this machine and of others that are allowed. A reference may be a name in the folder, a path or a <c>file:</c> URL; what it
/// leads to is found first and opened only when it lies in one of the folders, symbolic links taken out.
/// </summary>
public sealed class LocalImages : IImagePlace
{
    private readonly AllowedFolders _allowed;

    private LocalImages(string location, AllowedFolders allowed)
    {
        Location = location;
        _allowed = allowed;
    }

    /// <inheritdoc/>
    public string Location { get; }

    /// <summary>Opens the folders.</summary>
    /// <param name="folder">Where relative names start.</param>
    /// <param name="others">Other folders that may be read.</param>
    /// <exception cref="BlobStoreUnavailableException">One of them is no folder.</exception>
    public static LocalImages Open(string folder, IReadOnlyList<string> others)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new LocalImages(Path.GetFullPath(folder), AllowedFolders.Of([folder, .. others]));
    }

    /// <inheritdoc/>
    public async Task<ImageFetchOutcome> ReadAsync(string reference, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var shown = ImageFetchOutcome.Show(reference);
        var (file, failure) = Open(reference);
        if (file is null) return failure!;
        using (file)
        {
            var length = RandomAccess.GetLength(file);
            if (length > maxBytes) return new ImageFetchFailure(RowErrorCode.ImageTooLarge, $"'{shown}' has {length} bytes; at most {maxBytes} are read.");
            var content = new byte[length];
            for (var read = 0; read < content.Length;)
            {
                var more = await RandomAccess.ReadAsync(file, content.AsMemory(read), read, cancellationToken).ConfigureAwait(false);
                if (more == 0) throw new IOException($"'{shown}' in '{Location}' became shorter while it was read.");
                read += more;
            }

            return ImageFetchOutcome.Of(content, $"'{shown}'");
        }
    }

    /// <inheritdoc/>
    public Task ProbeAsync(CancellationToken cancellationToken) =>
        Directory.Exists(Location) ? Task.CompletedTask : throw new IOException($"The folder '{Location}' is gone.");

    /// <summary>What is known of the image that a reference means, without reading it.</summary>
    public FileStamp Look(string reference)
    {
        var (found, _, _) = Find(reference);
        if (found is null) return FileStamp.Absent;
        using (found) return FileStamp.Of(Posix.Look(found));
    }

    /// <summary>Opens the image that a reference means; null when there is none that may be read.</summary>
    public Stream? OpenRead(string reference) => Open(reference).File is { } file ? new FileStream(file, FileAccess.Read, bufferSize: 1 << 16) : null;

    private (Microsoft.Win32.SafeHandles.SafeFileHandle? File, ImageFetchFailure? Failure) Open(string reference)
    {
        var shown = ImageFetchOutcome.Show(reference);
        var (found, isOutside, isDenied) = Find(reference);
        if (found is null)
        {
            var (code, why) = (isOutside, isDenied) switch
            {
                _ when FileReference.IsWindowsPath(reference) => (
                    RowErrorCode.ImageOutsideInput, "a drive or share of Windows is no folder here; write the path as this machine has it"),
                (true, _) => (RowErrorCode.ImageOutsideInput, $"it is outside the input; {AllowedFolders.HowToAllow}"),
                (_, true) => (RowErrorCode.ImageNotFound, "permission denied"),
                _ => (RowErrorCode.ImageNotFound, $"there is no such image in '{Location}'"),
            };
            return (null, new ImageFetchFailure(code, $"'{shown}' is not read: {why}."));
        }

        using (found)
        {
            if (Posix.Look(found).Kind != FileKind.File) return (null, new ImageFetchFailure(RowErrorCode.ImageNotFound, $"'{shown}' is no file."));
            var file = Posix.Reopen(found, out var error);
            if (file is not null) return (file, null);
            return error is ErrorNumber.Access or ErrorNumber.NotPermitted or ErrorNumber.NoEntry
                ? (null, new ImageFetchFailure(RowErrorCode.ImageNotFound, $"'{shown}' is not read: permission denied."))
                : throw Posix.Error("open", reference, error);
        }
    }

    // Whatever the path leads to, without opening it: a device must not notice, and what is found now is what will be read.
    private (Microsoft.Win32.SafeHandles.SafeFileHandle? Found, bool IsOutside, bool IsDenied) Find(string reference)
    {
        if (reference.Length == 0 || reference.Contains('\0', StringComparison.Ordinal)) return (null, false, false);
        // A file: URL of another host leads nowhere here.
        var (isOutside, isDenied) = (FileReference.IsFileUrl(reference) && !FileReference.Paths(reference, _allowed.First).Any(), false);
        foreach (var path in FileReference.Paths(reference, _allowed.First))
        {
            var found = Posix.Find(path, out var error);
            if (found is null)
            {
                isDenied |= error is ErrorNumber.Access or ErrorNumber.NotPermitted;
                // What is not there cannot be compared by its real path; where it would be is all there is.
                isOutside |= !_allowed.WouldContain(FileNames.Escape(path));
                if (error is ErrorNumber.NoEntry or ErrorNumber.NotFolder or ErrorNumber.NameTooLong or ErrorNumber.TooManySymbolicLinks or ErrorNumber.Access
                    or ErrorNumber.NotPermitted) continue;
                throw Posix.Error("open", FileNames.Escape(path), error);
            }

            if (_allowed.Contains(Posix.RealPath(found))) return (found, false, false);
            found.Dispose();
            isOutside = true;
        }

        return (null, isOutside, isDenied);
    }
}

namespace ResPrune.Cli.Hub;

/// <summary>
/// An exclusive lock between processes, on a file that stays: <c>flock</c>, as Python's <c>filelock</c> takes it, so that the two wait
/// for each other.
/// </summary>
internal sealed class FileLock : IDisposable
{
    // EWOULDBLOCK: the runtime takes FileShare.None as flock(LOCK_EX | LOCK_NB) and reports its errno.
    private const int HeldByAnother = 11;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Waits until it is free, and takes it.</summary>
    /// <param name="path">The lock file.</param>
    /// <param name="waiting">Is called once when another has it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<FileLock> AcquireAsync(string path, Action waiting, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
            }
            catch (IOException exception) when (exception.HResult == HeldByAnother)
            {
                if (attempt == 0) waiting();
            }

            await Task.Delay(Interval, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}

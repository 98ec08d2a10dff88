using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Weights;

/// <summary>What loading is measured against: reading the same files and doing nothing with them.</summary>
public static partial class WeightFileReading
{
    private const int BufferBytes = 1 << 20;
    private const int AdviceDontNeed = 4;

    /// <summary>
    /// Has the kernel forget what it holds of a folder's weight files, so that the next reader finds them on the disk as at a first start. Call it
    /// before both sides of a comparison. Pages that some process has mapped stay.
    /// </summary>
    /// <param name="directory">A checkpoint folder.</param>
    /// <exception cref="ModelLoadException">It has no weight files, or one cannot be opened.</exception>
    public static void DropFromCache(string directory)
    {
        foreach (var path in CheckpointFiles.Paths(directory))
        {
            using var handle = Open(path);

            // Only advice: where it is not taken, both sides of the comparison find the files in memory.
            _ = Advise(handle, 0, 0, AdviceDontNeed);
        }
    }

    /// <summary>Reads a folder's weight files once, one after another in pieces of 1 MiB.</summary>
    /// <param name="directory">A checkpoint folder.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Seconds it took.</returns>
    /// <exception cref="ModelLoadException">It has no weight files, or one cannot be opened.</exception>
    public static double Seconds(string directory, CancellationToken cancellationToken)
    {
        var paths = CheckpointFiles.Paths(directory);
        var buffer = new byte[BufferBytes];
        var started = Stopwatch.GetTimestamp();
        foreach (var path in paths)
        {
            using var handle = Open(path);
            for (long offset = 0; RandomAccess.Read(handle, buffer, offset) is > 0 and var read; offset += read)
                cancellationToken.ThrowIfCancellationRequested();
        }

        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static SafeFileHandle Open(string path)
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"{path}: cannot be opened: {exception.Message}", exception);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}

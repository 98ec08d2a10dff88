using ResPrune.Cli.Commands;
using ResPrune.Cli.Running;

namespace ResPrune.Cli.RandomModels;

/// <summary><c>resprune model random</c> from beginning to end. Standard output gets the folder and nothing else, so that it can be passed on.</summary>
internal static class RandomModelSession
{
    /// <summary>Runs it.</summary>
    /// <exception cref="UsageException">The folder cannot be used, or there is no room.</exception>
    /// <exception cref="InterruptedException">A signal came; nothing is left of the folder's files.</exception>
    public static async Task<int> RunAsync(RandomModel model, string directory, TextWriter output, TextWriter error)
    {
        using var interruption = new Interruption();
        var folder = Path.GetFullPath(directory);
        try
        {
            if (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any()))
                throw new UsageException($"--output {folder}: exists and is not an empty folder; nothing is overwritten. Name another one.");
            Directory.CreateDirectory(folder);
            await model.WriteAsync(folder, error, interruption.Token);
            output.WriteLine(folder);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            throw new InterruptedException("stopped; what was written is deleted.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--output {folder} cannot be written: {exception.Message}", exception);
        }
    }
}

namespace ResPrune.Inference.Checkpoints;

/// <summary>The length of a file.</summary>
internal static class FileLength
{
    /// <summary>
    /// Its bytes. <see cref="FileInfo.Length"/> of a symbolic link is the link's own, and in the Hugging Face cache every file of a model is one.
    /// </summary>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public static long Of(string path)
    {
        using var file = File.OpenHandle(path);
        return RandomAccess.GetLength(file);
    }
}

namespace ResPrune.Inference.Engine;

/// <summary>What a model is called in results.</summary>
public static class ModelName
{
    private const string RepositoryPrefix = "models--";

    /// <summary>
    /// <c>ORG/NAME</c> for a snapshot in the Hugging Face cache (<c>models--ORG--NAME/snapshots/COMMIT</c>), else the folder's name.
    /// </summary>
    /// <param name="directory">A model folder; it need not exist.</param>
    public static string Of(string directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        var folder = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
        return folder.Parent is { Name: "snapshots", Parent.Name: { } repository } && repository.StartsWith(RepositoryPrefix, StringComparison.Ordinal)
            ? repository[RepositoryPrefix.Length..].Replace("--", "/", StringComparison.Ordinal)
            : folder.Name;
    }
}

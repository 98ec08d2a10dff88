namespace ResPrune.Inference.Checkpoints;

/// <summary>
/// Tells the folders around a model in the Hugging Face cache from the model's own: the home (<c>hub</c> in it), the cache (<c>models--ORG--NAME</c>
/// in it) and the repository (<c>blobs</c>, <c>refs</c>, <c>snapshots</c> in it). Layout: <c>huggingface_hub/file_download.py</c>.
/// </summary>
internal static class HubCacheFolder
{
    /// <summary>Where a repository's folder has its commits.</summary>
    public const string Snapshots = "snapshots";

    private const string Prefix = "models--";
    private const int Shown = 5;

    /// <summary>What a folder without <c>config.json</c> is, and what to give instead; null when it is none of these.</summary>
    public static string? Describe(string directory)
    {
        if (Directory.Exists(Path.Combine(directory, Snapshots))) return Repository(directory);
        var parent = Path.GetDirectoryName(directory);
        var isPart = Path.GetFileName(directory) is Snapshots or "blobs" or "refs";
        if (isPart && parent is not null && Directory.Exists(Path.Combine(parent, Snapshots))) return Repository(parent);
        foreach (var cache in (string[])[directory, Path.Combine(directory, "hub")])
        {
            if (!Directory.Exists(cache)) continue;
            var names = Directory.EnumerateDirectories(cache, Prefix + "*").Select(ModelName).OfType<string>().Order(StringComparer.Ordinal).ToList();
            if (names.Count == 0) continue;
            var list = string.Join(", ", names.Take(Shown)) + (names.Count > Shown ? " …" : string.Empty);
            return $"is the Hugging Face cache with {(names.Count == 1 ? "a model" : $"{names.Count} models")} in it, not a model: name the one you mean in its place ({list})";
        }

        return null;
    }

    private static string Repository(string directory)
    {
        var name = ModelName(directory);
        var byName = name is null ? string.Empty : $", or its name: {name}";
        var pull = $"'resprune model pull {name ?? "ORG/NAME"}'";
        var snapshots = Directory.GetDirectories(Path.Combine(directory, Snapshots))
            .Where(snapshot => File.Exists(Path.Combine(snapshot, CheckpointFileNames.Config)))
            .OrderByDescending(snapshot => Path.GetFileName(snapshot) == MainCommit(directory))
            .ThenBy(snapshot => snapshot, StringComparer.Ordinal)
            .ToList();
        return snapshots.Count == 0
            ? $"is a model's folder in the Hugging Face cache, and none of its {Snapshots} has a {CheckpointFileNames.Config}: fetch it again with {pull}"
            : $"is a model's folder in the Hugging Face cache, not the model itself: give its snapshot '{snapshots[0]}'{byName}";
    }

    private static string? MainCommit(string directory)
    {
        var reference = Path.Combine(directory, "refs", "main");
        return File.Exists(reference) ? File.ReadAllText(reference).Trim() : null;
    }

    /// <summary><c>ORG/NAME</c> of <c>models--ORG--NAME</c>.</summary>
    private static string? ModelName(string directory)
    {
        var folder = Path.GetFileName(directory);
        return folder.StartsWith(Prefix, StringComparison.Ordinal) ? folder[Prefix.Length..].Replace("--", "/", StringComparison.Ordinal) : null;
    }
}

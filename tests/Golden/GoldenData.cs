using System.Text.Json;

namespace ResPrune.Golden;

/// <summary>
/// Where the reference data is: the directory named by <c>RESPRUNE_GOLDEN</c>, else <c>tests/golden</c> of this repository.
/// What is missing throws, so that a test without its data fails.
/// </summary>
internal static class GoldenData
{
    private const string Variable = "RESPRUNE_GOLDEN";

    /// <summary>The reference directory, absolute.</summary>
    public static string Root { get; } = Locate();

    /// <summary>A path under <see cref="Root"/> that exists.</summary>
    public static string PathOf(params string[] parts)
    {
        var path = Path.Combine([Root, .. parts]);
        return Path.Exists(path) ? path : throw new FileNotFoundException($"No reference data at {path} (set {Variable} to use another set).");
    }

    /// <summary>The folders under an area such as <c>models</c>, by name; at least one.</summary>
    public static IReadOnlyList<string> Folders(string area)
    {
        var folders = Directory.GetDirectories(PathOf(area)).Order(StringComparer.Ordinal).ToArray();
        return folders.Length > 0 ? folders : throw new DirectoryNotFoundException($"No folder in {PathOf(area)}.");
    }

    /// <summary>The files under an area such as <c>images</c>, by name; at least one.</summary>
    public static IReadOnlyList<string> Files(string area)
    {
        var files = Directory.GetFiles(PathOf(area)).Order(StringComparer.Ordinal).ToArray();
        return files.Length > 0 ? files : throw new FileNotFoundException($"No file in {PathOf(area)}.");
    }

    /// <summary>The root element of a JSON file such as <c>cases.json</c>, free of its document.</summary>
    public static JsonElement Json(params string[] parts)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(parts)));
        return document.RootElement.Clone();
    }

    private static string Locate()
    {
        var set = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(set))
        {
            return Directory.Exists(set)
                ? Path.GetFullPath(set)
                : throw new DirectoryNotFoundException($"{Variable} names {set}, which is not a directory.");
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "ResPrune.Cluster.sln"))) continue;
            var golden = Path.Combine(folder.FullName, "tests", "golden");
            return Directory.Exists(golden) ? golden : throw new DirectoryNotFoundException($"No reference data at {golden}.");
        }

        throw new DirectoryNotFoundException($"ResPrune.Cluster.sln is in no folder above {AppContext.BaseDirectory}; set {Variable}.");
    }
}

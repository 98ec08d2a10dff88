using System.IO.Enumeration;

namespace ResPrune.Inference.Checkpoints;

/// <summary>Files that a download has begun and not ended.</summary>
internal static class PartialDownload
{
    /// <summary>Endings that <c>huggingface_hub</c> and <c>resprune model pull</c> (.incomplete), browsers, aria2 and curl give such files.</summary>
    private static readonly string[] Names = ["*.incomplete", "*.part", "*.partial", "*.crdownload", "*.download", "*.aria2"];

    /// <summary>
    /// A file that a download into a folder left; null when there is none. Looked for in the folder, where <c>huggingface_hub</c> keeps its notes
    /// (<c>_local_folder.py</c>), and in the blobs that a snapshot of its cache leads to (<c>file_download.py</c>).
    /// </summary>
    public static string? Find(string directory)
    {
        string[] places = [directory, Path.Combine(directory, ".cache", "huggingface", "download"), Path.Combine(directory, "..", "..", "blobs")];
        var isSnapshot = Path.GetFileName(Path.GetDirectoryName(directory)) == HubCacheFolder.Snapshots;
        return places.Take(isSnapshot ? 3 : 2).SelectMany(Files).FirstOrDefault();
    }

    private static IEnumerable<string> Files(string place)
    {
        if (!Directory.Exists(place)) return [];
        return Directory.EnumerateFiles(Path.GetFullPath(place))
            .Where(file => Names.Any(name => FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(file), ignoreCase: true)))
            .Order(StringComparer.Ordinal);
    }
}

namespace ResPrune.Helm.Tests.Chart;

/// <summary>Folders of the repository that these tests run in.</summary>
internal static class Repository
{
    public static string Root { get; } = Locate();

    public static string Chart { get; } = Path.Combine(Root, "helm", "resprune");

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Locate()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ResPrune.Cluster.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has ResPrune.Cluster.sln.");
    }
}

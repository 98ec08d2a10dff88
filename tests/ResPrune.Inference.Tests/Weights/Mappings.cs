namespace ResPrune.Inference.Tests.Weights;

/// <summary>What the kernel says is mapped into this process.</summary>
internal static class Mappings
{
    /// <summary>Lines of <c>/proc/self/maps</c> about files under a folder.</summary>
    public static IReadOnlyList<string> Of(string folder) =>
        [.. File.ReadLines("/proc/self/maps").Where(line => line.Contains(folder, StringComparison.Ordinal))];
}

namespace ResPrune.Cli.Rendering;

/// <summary>The files that are not read, as people read it.</summary>
internal static class SkippedText
{
    /// <summary>How many of each kind: <c>1 hidden, 2 not_an_image</c>.</summary>
    public static string Of(IReadOnlyDictionary<string, long> kinds) =>
        string.Join(", ", kinds.Select(kind => $"{Quantity.Count(kind.Value)} {kind.Key}"));
}

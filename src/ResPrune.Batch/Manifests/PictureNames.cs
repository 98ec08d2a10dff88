using System.Collections.Frozen;

namespace ResPrune.Batch.Manifests;

/// <summary>Which files of a folder are taken for pictures.</summary>
public static class PictureNames
{
    private static readonly FrozenSet<string> Known = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, ".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp");

    /// <summary>The endings, in any case, in ordinal order.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [.. Known.Order(StringComparer.Ordinal)];

    /// <summary>True for a '/'-separated name with one of the endings, unless it or a folder on the way is hidden.</summary>
    public static bool IsPicture(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Known.Contains(Path.GetExtension(name)) && !name.Split('/').Any(segment => segment.StartsWith('.'));
    }
}

namespace ResPrune.Batch.Manifests;

/// <summary>A file or folder of the input that is not read.</summary>
/// <param name="Path">Its path below the input, bytes that are no UTF-8 as <c>%{E9}</c>.</param>
/// <param name="Kind">Why, one of <see cref="SkippedKinds"/>.</param>
/// <param name="Detail">One sentence for a person.</param>
public sealed record SkippedFile(string Path, string Kind, string Detail);

/// <summary>Why files are not read.</summary>
public static class SkippedKinds
{
    /// <summary>No image by its ending and by its first bytes.</summary>
    public const string NotAnImage = "not_an_image";

    /// <summary>Its name begins with a dot. A hidden folder is one such entry, however much is in it.</summary>
    public const string Hidden = "hidden";

    /// <summary>A folder that may not be read.</summary>
    public const string UnreadableFolder = "unreadable_folder";

    /// <summary>A symbolic link to a folder outside the input and outside every allowed folder.</summary>
    public const string LinkOutside = "link_outside";

    /// <summary>A symbolic link to a folder that it lies in.</summary>
    public const string LinkLoop = "link_loop";

    /// <summary>A symbolic link to nothing.</summary>
    public const string BrokenLink = "broken_link";

    /// <summary>A pipe, a socket or a device.</summary>
    public const string NotAFile = "not_a_file";

    /// <summary>Its path is longer than the system takes.</summary>
    public const string PathTooLong = "path_too_long";
}

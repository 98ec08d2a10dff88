namespace ResPrune.Cli.Hub;

/// <summary>Marks a folder as one that backups may leave out, as Python does. Source: https://bford.info/cachedir/.</summary>
internal static class CacheTag
{
    private const string Text = """
        Signature: 8a477f597d28d172789f06886806bc55
        # This file is a cache directory tag created by huggingface_hub.
        # For information about cache directory tags, see:
        #	https://bford.info/cachedir/

        """;

    /// <summary>Writes the mark unless it is there. A folder that cannot be written is left without.</summary>
    public static void Write(string folder)
    {
        var path = Path.Combine(folder, "CACHEDIR.TAG");
        try
        {
            if (!File.Exists(path)) File.WriteAllText(path, Text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Everything in it was there before: a cache may be mounted read-only.
        }
    }
}

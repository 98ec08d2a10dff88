namespace ResPrune.Inference.Processing;

/// <summary>Whether a JPEG 2000 file holds the end marker of its codestream: the decoder fills what is missing with grey, where Pillow refuses.</summary>
internal static class Jpeg2000End
{
    /// <summary>Looks for the marker where a file ends, or anywhere in the codestream when something follows it.</summary>
    public static bool IsReached(ReadOnlySpan<byte> file)
    {
        // Coded data never hold a value above FF8F, so the first FFD9 behind the headers is the end.
        var start = file.IndexOf((ReadOnlySpan<byte>)[0xFF, 0x4F, 0xFF, 0x51]);
        var data = start < 0 ? -1 : file[start..].IndexOf((ReadOnlySpan<byte>)[0xFF, 0x93]);
        return data >= 0 && file[(start + data)..].IndexOf((ReadOnlySpan<byte>)[0xFF, 0xD9]) >= 0;
    }
}

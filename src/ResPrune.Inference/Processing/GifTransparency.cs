namespace ResPrune.Inference.Processing;

/// <summary>
/// Switches off the transparent colour of a GIF's first frame. The decoder leaves such pixels black, whereas PIL gives them the colour that the
/// palette has for them, which is mostly a page's white.
/// </summary>
internal static class GifTransparency
{
    private const int ScreenFlags = 10;
    private const int FirstTableOrBlock = 13;
    private const byte TableFlag = 0x80;
    private const byte TransparencyFlag = 0x01;
    private const byte Extension = 0x21;
    private const byte GraphicControl = 0xF9;

    /// <summary>The file itself, or a copy without the flag where it is set.</summary>
    public static ReadOnlySpan<byte> Remove(ReadOnlySpan<byte> file)
    {
        if (FindFlags(file) is not { } flags || (file[flags] & TransparencyFlag) == 0) return file;
        var copy = file.ToArray();
        copy[flags] = (byte)(copy[flags] & ~TransparencyFlag);
        return copy;
    }

    /// <summary>Where the flags of the last graphic control block before the first frame are, if there is one.</summary>
    private static int? FindFlags(ReadOnlySpan<byte> file)
    {
        if (file.Length <= FirstTableOrBlock) return null;
        var at = FirstTableOrBlock;
        if ((file[ScreenFlags] & TableFlag) != 0) at += 3 << ((file[ScreenFlags] & 7) + 1);
        int? flags = null;
        while (at + 3 < file.Length && file[at] == Extension)
        {
            if (file[at + 1] == GraphicControl && file[at + 2] == 4) flags = at + 3;
            at += 2;
            while (at < file.Length && file[at] != 0) at += file[at] + 1;
            at++;
        }

        return flags;
    }
}

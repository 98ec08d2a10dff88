namespace ResPrune.Batch.Manifests;

/// <summary>One line of bytes.</summary>
/// <param name="Number">Its number, from 1, blank lines counted.</param>
/// <param name="Offset">Its first byte in the file.</param>
/// <param name="Length">Its bytes in the file, byte order mark and line end included.</param>
/// <param name="Content">Its bytes without byte order mark and line end, valid until the next read; empty when it is oversized.</param>
/// <param name="IsOversized">True when it is longer than a line may be; its bytes were skipped.</param>
/// <param name="Ids">The ids that were seen while an oversized line was skipped; null for other lines.</param>
internal readonly record struct RawLine(
    long Number, long Offset, long Length, ReadOnlyMemory<byte> Content, bool IsOversized, IdScanner? Ids = null)
{
    /// <summary>Nothing but white space.</summary>
    public bool IsBlank => !IsOversized && Content.Span.IndexOfAnyExcept(" \t\r"u8) < 0;
}

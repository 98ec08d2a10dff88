namespace ResPrune.Batch.Batches;

/// <summary>The alphabet of ids: safe in blob names, URLs and file names.</summary>
internal static class IdText
{
    public static bool IsValid(string? text, int maxLength) =>
        !string.IsNullOrEmpty(text) && text.Length <= maxLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}

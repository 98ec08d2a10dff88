using System.Security.Cryptography;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Images;

/// <summary>What became of an image reference: a <see cref="FetchedImage"/> or an <see cref="ImageFetchFailure"/>.</summary>
public abstract record ImageFetchOutcome
{
    private const int MaxShown = 200;

    /// <summary>The outcome for bytes that were read: an image, or the failure that there are none.</summary>
    internal static ImageFetchOutcome Of(ReadOnlyMemory<byte> bytes, string what) => bytes.Length == 0
        ? new ImageFetchFailure(RowErrorCode.ImageUndecodable, $"{what} is empty.")
        : new FetchedImage(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes.Span)));

    /// <summary>A reference as messages show it: not all of a long one, and never the query of a URL, which may hold a signature.</summary>
    internal static string Show(string reference)
    {
        var query = reference.Contains("://", StringComparison.Ordinal) ? reference.AsSpan().IndexOfAny('?', '#') : -1;
        var shown = query < 0 ? reference : reference[..query] + "?…";
        return shown.Length <= MaxShown ? shown : shown[..MaxShown] + "…";
    }
}

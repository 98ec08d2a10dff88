using System.Security.Cryptography;
using ResPrune.Batch.Images;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Passes;

/// <summary>
/// Whether the file of an image still holds the bytes that were answered about: asked where its times or its place on the disk have changed, as after
/// a copy of the folder or a touch.
/// </summary>
internal sealed class ImageComparison(IBlobStore store, LocalImages images, EarlierReference? earlier) : IAsyncDisposable
{
    private readonly EarlierReader? _earlier = earlier is null ? null : new EarlierReader(store, earlier.Blob);
    private (string Image, string? Digest) _last = ("", null);

    /// <summary>Compares an image with the digest in the stored result at a place.</summary>
    public async ValueTask<bool> HasSameBytesAsync(string image, long offset, CancellationToken cancellationToken)
    {
        if (_earlier is null) return false;
        var (_, result) = await _earlier.ReadAtAsync(offset, cancellationToken).ConfigureAwait(false);
        if (EarlierReader.Parse(result).ImageDigest is not { } answered) return false;
        // Rows about one image mostly stand together.
        if (_last.Image != image) _last = (image, await DigestAsync(image, cancellationToken).ConfigureAwait(false));
        return _last.Digest == answered;
    }

    public ValueTask DisposeAsync() => _earlier?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<string?> DigestAsync(string image, CancellationToken cancellationToken)
    {
        try
        {
            var file = images.OpenRead(image);
            if (file is null) return null;
            await using var scope = file.ConfigureAwait(false);
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // Whatever it is, the row says so when it is asked.
        }
    }
}

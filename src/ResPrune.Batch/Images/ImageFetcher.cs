using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>
/// (6) Turns an image reference of a row into bytes: a name relative to the job's image root, or a base64 data URL. Nothing else is ever
/// opened: no network, no path outside the root, no symbolic link out of it.
/// </summary>
/// <param name="images">The job's image root; null when it has none and only data URLs can be used.</param>
/// <param name="options">Limits.</param>
public sealed partial class ImageFetcher(IBlobStore? images, ImageFetcherOptions options)
{
    private const int MaxEchoed = 200;

    /// <summary>A blob that need not be there: that it is not is an answer, too.</summary>
    private const string ProbedName = "resprune-probe";

    /// <summary>Fetches one image. What is wrong with the reference is an outcome, never an exception.</summary>
    /// <exception cref="IOException">The image root itself cannot be read; another attempt may succeed.</exception>
    public async Task<ImageFetchOutcome> FetchAsync(string reference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        if (reference.StartsWith("data:", StringComparison.OrdinalIgnoreCase)) return DecodeDataUrl(reference);
        var shown = reference.Length <= MaxEchoed ? reference : reference[..MaxEchoed] + "…";
        if (UrlPattern().IsMatch(reference))
            return Fail(RowErrorCode.UrlNotAllowed, $"'{shown}' is a URL; only names inside the input and data URLs are read.");
        if (!BlobName.TryCanonicalise(reference, out var name, out var reason))
        {
            var code = LeadsOut(reference) ? RowErrorCode.ImageOutsideInput : RowErrorCode.ImageNotFound;
            return Fail(code, $"'{shown}' is not read: {reason}.");
        }

        if (images is null) return Fail(RowErrorCode.ImageNotFound, $"'{shown}' is not read: this job has no folder of images.");
        try
        {
            var content = await images.ReadAsync(name, options.MaxBytes, cancellationToken).ConfigureAwait(false);
            return content is null
                ? Fail(RowErrorCode.ImageNotFound, $"There is no image '{shown}' in '{images.Location}'.")
                : Made(content.Bytes, $"'{shown}'");
        }
        catch (BlobTooLargeException exception)
        {
            return Fail(RowErrorCode.ImageTooLarge, exception.Message);
        }
        catch (BlobOutsideRootException exception)
        {
            return Fail(RowErrorCode.ImageOutsideInput, exception.Message);
        }
        catch (UnauthorizedAccessException exception)
        {
            return Fail(RowErrorCode.ImageNotFound, exception.Message);
        }
    }

    /// <summary>Looks whether the image root answers at all, after an image in it could not be read.</summary>
    /// <exception cref="IOException">It does not; another attempt may succeed.</exception>
    public Task ProbeAsync(CancellationToken cancellationToken) =>
        images is null ? Task.CompletedTask : images.GetPropertiesAsync(ProbedName, cancellationToken);

    private ImageFetchOutcome DecodeDataUrl(string url)
    {
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0) return Fail(RowErrorCode.ImageUndecodable, "The data URL has no comma.");
        if (!url.AsSpan(0, comma).EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            return Fail(RowErrorCode.ImageUndecodable, "The data URL is not base64.");
        var text = url.AsSpan(comma + 1);
        var most = text.Length / 4L * 3;
        if (most > options.MaxBytes)
            return Fail(RowErrorCode.ImageTooLarge, $"The data URL holds up to {most} bytes; at most {options.MaxBytes} are read.");
        var bytes = new byte[most + 3];
        return Convert.TryFromBase64Chars(text, bytes, out var written)
            ? Made(bytes.AsMemory(0, written), "The data URL")
            : Fail(RowErrorCode.ImageUndecodable, "The data URL's base64 is not valid.");
    }

    private static ImageFetchOutcome Made(ReadOnlyMemory<byte> bytes, string what) => bytes.Length == 0
        ? Fail(RowErrorCode.ImageUndecodable, $"{what} is empty.")
        : new FetchedImage(bytes, Convert.ToHexStringLower(SHA256.HashData(bytes.Span)));

    private static bool LeadsOut(string reference) =>
        reference.StartsWith('/') || reference.Contains('\\', StringComparison.Ordinal) || reference.Split('/').Contains("..");

    private static ImageFetchFailure Fail(RowErrorCode code, string message) => new(code, message);

    [GeneratedRegex(@"^([a-z][a-z0-9+.-]*://|(https?|file|ftp):)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UrlPattern();
}

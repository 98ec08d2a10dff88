using System.Text.RegularExpressions;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Images;

/// <summary>
/// (6) Turns an image reference of a row into bytes: a name or path in the job's image place, a base64 data URL, or a URL that is allowed. Nothing
/// else is ever opened: no path outside the place, no symbolic link out of it, no host that nobody allowed.
/// </summary>
/// <param name="images">Where the job's images are; null when it has no such place.</param>
/// <param name="urls">Images named by URL; null when none are fetched.</param>
/// <param name="options">Limits.</param>
/// <param name="time">Clock of waits and deadlines; null (default) is the system's.</param>
public sealed partial class ImageFetcher(IImagePlace? images, IImageUrls? urls, ImageFetcherOptions options, TimeProvider? time = null)
{
    private readonly RepeatedImages? _images = images is null ? null : new RepeatedImages(images, options.Retry, time ?? TimeProvider.System);

    /// <summary>Fetches one image. Whatever is wrong with the reference or the image is an outcome, never an exception.</summary>
    /// <exception cref="IOException">The place the image is in cannot be read at all; another attempt may succeed.</exception>
    public async Task<ImageFetchOutcome> FetchAsync(string reference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        try
        {
            return await FindAsync(reference, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (
            exception is not (IOException or ObjectDisposedException) && !cancellationToken.IsCancellationRequested)
        {
            // Nobody has seen it yet; whatever it is, it costs this row only.
            return Fail(
                RowErrorCode.ImageNotFound,
                $"'{ImageFetchOutcome.Show(reference)}' cannot be read: {ImageFetchOutcome.Brief(exception.Message).TrimEnd('.')}.");
        }
    }

    private async Task<ImageFetchOutcome> FindAsync(string reference, CancellationToken cancellationToken)
    {
        if (DataUrl.IsOne(reference)) return DataUrl.Decode(reference, options.MaxBytes);
        var shown = ImageFetchOutcome.Show(reference);
        if (UrlPattern().IsMatch(reference))
        {
            return urls is null
                ? Fail(RowErrorCode.UrlNotAllowed, $"'{shown}' is a URL; only files and data URLs are read.")
                : await urls.FetchAsync(reference, options.MaxBytes, cancellationToken).ConfigureAwait(false);
        }

        var outcome = _images is null
            ? Fail(RowErrorCode.ImageNotFound, $"'{shown}' is not read: this job has no folder of images.")
            : await _images.ReadAsync(reference, shown, options.MaxBytes, cancellationToken).ConfigureAwait(false);
        // A file may be called like this; only where there is none it is taken for what it looks like.
        return outcome is ImageFetchFailure && DataUrl.IsWithoutHead(reference)
            ? Fail(RowErrorCode.ImageUndecodable, $"'{shown}' is base64 without a head; write data:image/png;base64, before it (with the image's own type).")
            : outcome;
    }

    /// <summary>Whether a reference is a file of the image place, and neither a data URL nor a web address.</summary>
    public static bool IsFile(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        return !DataUrl.IsOne(reference) && !UrlPattern().IsMatch(reference);
    }

    private static ImageFetchFailure Fail(RowErrorCode code, string message) => new(code, message);

    [GeneratedRegex(@"^((?!file:)[a-z][a-z0-9+.-]*://|(https?|ftp):)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UrlPattern();
}

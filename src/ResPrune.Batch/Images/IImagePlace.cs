using ResPrune.Batch.Rows;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Images;

/// <summary>Where the images of a job are: a folder of this machine with what is allowed beside it, or a store.</summary>
public interface IImagePlace
{
    /// <summary>Where it is, for messages.</summary>
    string Location { get; }

    /// <summary>Reads one image. What is wrong with the reference or the file is an outcome, never an exception.</summary>
    /// <param name="reference">What the line has: a name, a path or a <c>file:</c> URL.</param>
    /// <param name="maxBytes">Most bytes of the image.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The place itself cannot be read; another attempt may succeed.</exception>
    Task<ImageFetchOutcome> ReadAsync(string reference, int maxBytes, CancellationToken cancellationToken);

    /// <summary>Looks whether the place answers at all, after an image in it could not be read.</summary>
    /// <exception cref="IOException">It does not; another attempt may succeed.</exception>
    Task ProbeAsync(CancellationToken cancellationToken);
}

/// <summary>The images of a store. References that are no plain names are looked for under the name that an upload gave them.</summary>
/// <param name="store">The store; its own repeats are not used, since whoever reads images repeats.</param>
/// <param name="uploaded">False for a container that the user filled: there a name that a store can have is the blob's own, however long it is.</param>
public sealed class StoreImages(IBlobStore store, bool uploaded = true) : IImagePlace
{
    private readonly IBlobStore _store = store.WithoutRetries;

    /// <summary>A blob that need not be there: that it is not is an answer, too.</summary>
    private const string ProbedName = "resprune-probe";

    /// <inheritdoc/>
    public string Location => _store.Location;

    /// <inheritdoc/>
    public async Task<ImageFetchOutcome> ReadAsync(string reference, int maxBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reference);
        var shown = ImageFetchOutcome.Show(reference);
        if (NameOf(reference) is not { } name)
            return new ImageFetchFailure(RowErrorCodeFor(reference), $"'{shown}' is not read: it names no image.");
        var outcome = await ReadBlobAsync(name, shown, maxBytes, cancellationToken).ConfigureAwait(false);
        return outcome is ImageFetchFailure { Code: RowErrorCode.ImageNotFound } && UploadedNames.LeadsOut(reference)
            ? new ImageFetchFailure(
                RowErrorCode.ImageOutsideInput,
                $"'{shown}' is outside the input and was not uploaded with it; submit with --image-root FOLDER to allow the folder it is in.")
            : outcome;
    }

    /// <inheritdoc/>
    public Task ProbeAsync(CancellationToken cancellationToken) => _store.GetPropertiesAsync(ProbedName, cancellationToken);

    private string? NameOf(string reference) =>
        !uploaded && !UploadedNames.LeadsOut(reference) && BlobName.TryCanonicalise(reference, out var name, out _) ? name : UploadedNames.Of(reference);

    private async Task<ImageFetchOutcome> ReadBlobAsync(string name, string shown, int maxBytes, CancellationToken cancellationToken)
    {
        try
        {
            var content = await _store.ReadAsync(name, maxBytes, cancellationToken).ConfigureAwait(false);
            return content is null
                ? new ImageFetchFailure(RowErrorCode.ImageNotFound, $"There is no image '{shown}' in '{_store.Location}'.")
                : ImageFetchOutcome.Of(content.Bytes, $"'{shown}'");
        }
        catch (BlobTooLargeException exception)
        {
            return new ImageFetchFailure(RowErrorCode.ImageTooLarge, exception.Message);
        }
        catch (BlobOutsideRootException exception)
        {
            return new ImageFetchFailure(RowErrorCode.ImageOutsideInput, exception.Message);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or BlobNameException or BlobRefusedException)
        {
            return new ImageFetchFailure(RowErrorCode.ImageNotFound, exception.Message);
        }
    }

    private static RowErrorCode RowErrorCodeFor(string reference) =>
        UploadedNames.LeadsOut(reference) ? RowErrorCode.ImageOutsideInput : RowErrorCode.ImageNotFound;
}

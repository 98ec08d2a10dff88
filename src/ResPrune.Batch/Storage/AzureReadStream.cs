using Azure.Storage.Blobs.Models;

namespace ResPrune.Batch.Storage;

/// <summary>
/// The body of a read from the service. Where it breaks, the rest is asked for, of the same version; a read that gets further begins a new count of
/// tries. Faults come as <see cref="IOException"/>.
/// </summary>
/// <param name="first">The body as it was opened.</param>
/// <param name="reopen">Opens what follows after so many bytes.</param>
/// <param name="faults">Repeats and translates.</param>
internal sealed class AzureReadStream(
    BlobDownloadStreamingResult first, Func<long, CancellationToken, Task<BlobDownloadStreamingResult>> reopen, AzureFaults faults) : ReadOnlyStream
{
    private BlobDownloadStreamingResult? _body = first;
    private long _done;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await faults.RunAsync(token => TryReadAsync(buffer, token), cancellationToken).ConfigureAwait(false);
        _done += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _body?.Dispose();
        base.Dispose(disposing);
    }

    private async Task<int> TryReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _body ??= await reopen(_done, cancellationToken).ConfigureAwait(false);
        try
        {
            return await _body.Content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _body.Dispose();
            _body = null;
            throw;
        }
    }
}

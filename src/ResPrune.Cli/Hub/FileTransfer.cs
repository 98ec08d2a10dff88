using System.Net;

namespace ResPrune.Cli.Hub;

/// <summary>Brings one file into a part file beside its place: goes on where the part ends, and checks the whole against its hash.</summary>
internal sealed class FileTransfer : IAsyncDisposable
{
    private readonly HubClient _client;
    private readonly HubLimits _limits;
    private readonly HubRetry _retry;
    private readonly HubListing _listing;
    private readonly HubFile _file;
    private readonly PullProgress _progress;
    private readonly ContentHasher _hasher;
    private readonly FileStream _part;
    private readonly byte[] _buffer = new byte[256 << 10];
    private long _furthest;

    /// <summary>Opens the part.</summary>
    /// <param name="client">The repository.</param>
    /// <param name="limits">Deadlines.</param>
    /// <param name="retry">Repetitions.</param>
    /// <param name="listing">Where the file stands.</param>
    /// <param name="file">The file.</param>
    /// <param name="part">Path of its part.</param>
    /// <param name="progress">Is told what comes.</param>
    public FileTransfer(
        HubClient client, HubLimits limits, HubRetry retry, HubListing listing, HubFile file, string part, PullProgress progress)
    {
        _client = client;
        _limits = limits;
        _retry = retry;
        _listing = listing;
        _file = file;
        _progress = progress;
        _part = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        _hasher = new ContentHasher(file);
    }

    /// <summary>Fetches it.</summary>
    /// <exception cref="HubException">It could not be had; what came is kept unless it is wrong.</exception>
    /// <exception cref="IOException">It could not be written; what was written is kept.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await ReadPartAsync(cancellationToken);
        // A cut after a good stretch is no failure: large files meet many.
        while (_part.Position < _file.Size) await _retry.RunAsync(ReceiveAsync, cancellationToken);
        if (!_hasher.IsTheFile())
        {
            File.Delete(_part.Name);
            throw new HubException(
                HubFailure.Corrupt,
                $"{_client.What(_file.Name)} does not hash to {_file.Hash}, which the hub says it does: what came was deleted. Type the same command again.");
        }

        // On the disk before it gets its name: after a power cut a blob is whole or not there.
        _part.Flush(flushToDisk: true);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _hasher.Dispose();
        await _part.DisposeAsync();
    }

    private async Task ReadPartAsync(CancellationToken cancellationToken)
    {
        if (_part.Length > _file.Size) _part.SetLength(0);
        while (await _part.ReadAsync(_buffer, cancellationToken) is > 0 and var count) Count(count, fromNetwork: false);
        _furthest = _part.Position;
    }

    private async Task<bool> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var reply = await _client.GetAsync(_listing.Commit, _file, _part.Position, cancellationToken);
        if (!GoesOn(reply.Response)) Restart();
        await using var body = await _client.OpenAsync(reply, cancellationToken);
        try
        {
            // Never past the announced end, whatever the server goes on to send.
            while (_part.Position < _file.Size)
            {
                var most = (int)Math.Min(_buffer.Length, _file.Size - _part.Position);
                var count = await body.ReadAsync(_buffer.AsMemory(0, most));
                if (count == 0) throw Cut();
                await _part.WriteAsync(_buffer.AsMemory(0, count), cancellationToken);
                Count(count, fromNetwork: true);
            }
        }
        catch (HubException exception) when (exception.IsTransient && _part.Position >= _furthest + _limits.StallBytes)
        {
            // It got further: the caller asks for the rest.
        }

        _furthest = Math.Max(_furthest, _part.Position);
        return true;
    }

    /// <summary>Whether the body begins where the part ends; false when it begins at the file's beginning.</summary>
    private bool GoesOn(HttpResponseMessage response)
    {
        var headers = response.Content.Headers;
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent when headers.ContentRange is { From: { } from, Length: var length }
                && from == _part.Position && (length ?? _file.Size) == _file.Size:
                return true;
            case HttpStatusCode.OK when (headers.ContentLength ?? _file.Size) == _file.Size && headers.ContentEncoding.All(IsPlain):
                return _part.Position == 0;
            default:
                throw new HubException(
                    HubFailure.Corrupt,
                    FormattableString.Invariant($"{_client.What(_file.Name)} has {_file.Size} bytes in the listing; asked for those from byte {_part.Position} on, ")
                        + FormattableString.Invariant($"{response.RequestMessage!.RequestUri!.Authority} answers {(int)response.StatusCode}")
                        + FormattableString.Invariant($" with {headers.ContentLength?.ToString() ?? "unknown"} bytes ({headers.ContentRange})."));
        }
    }

    private static bool IsPlain(string encoding) => encoding == "identity";

    private void Restart()
    {
        _progress.Moved(-_part.Position, fromNetwork: true);
        _part.SetLength(0);
        _part.Position = 0;
        _hasher.Reset();
    }

    private void Count(int count, bool fromNetwork)
    {
        _hasher.Add(_buffer.AsSpan(0, count));
        _progress.Moved(count, fromNetwork);
    }

    private HubException Cut() => new(
        HubFailure.Unreachable, FormattableString.Invariant($"{_client.What(_file.Name)} ended after {_part.Position} of {_file.Size} bytes."))
    {
        IsTransient = true,
    };
}

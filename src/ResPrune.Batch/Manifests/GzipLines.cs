using System.IO.Compression;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Manifests;

/// <summary>
/// Lines that are compressed by gzip (RFC 1952, several members too), read as if they were not. Whether they are is told by the first bytes, not by
/// the file's name. Nothing but a window of 32 KiB is held, however far the file unpacks.
/// </summary>
public static class GzipLines
{
    /// <summary>The stream itself when it is not compressed, or one that unpacks it. The caller disposes what is returned, and nothing else.</summary>
    /// <param name="stream">The file from its beginning.</param>
    /// <param name="name">The file, for messages.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async Task<Stream> UnpackAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var head = new byte[2];
        var read = await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var whole = new PrefixedStream(head.AsMemory(0, read), stream);
        return read == 2 && head is [0x1F, 0x8B] ? new UnpackedStream(new GZipStream(whole, CompressionMode.Decompress), name) : whole;
    }

    /// <summary>What was read already, and what comes behind it.</summary>
    private sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : ReadOnlyStream
    {
        private ReadOnlyMemory<byte> _prefix = prefix;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_prefix.IsEmpty) return await rest.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            var count = Math.Min(buffer.Length, _prefix.Length);
            _prefix[..count].CopyTo(buffer);
            _prefix = _prefix[count..];
            return count;
        }

        public override async ValueTask DisposeAsync()
        {
            await rest.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) rest.Dispose();
            base.Dispose(disposing);
        }
    }

    /// <summary>Says of a damaged file which one it is.</summary>
    private sealed class UnpackedStream(GZipStream unpacked, string name) : ReadOnlyStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await unpacked.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidDataException exception)
            {
                throw new BatchInputException(
                    "damaged_input", $"{name} is compressed by gzip and damaged or cut off ({exception.Message}); check it with gzip -t.");
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await unpacked.DisposeAsync().ConfigureAwait(false);
            await base.DisposeAsync().ConfigureAwait(false);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) unpacked.Dispose();
            base.Dispose(disposing);
        }
    }
}

using Azure.Core;
using Azure.Core.Pipeline;

namespace ResPrune.Batch.Storage;

/// <summary>
/// Keeps the SDK from repeating a download whose body breaks: by itself it asks for the rest up to five times, whatever its settings say, and each of
/// these would be repeated here. It does so for the exceptions it knows, so they come out as one it does not.
/// </summary>
internal sealed class AzureBodies : HttpPipelinePolicy
{
    /// <inheritdoc/>
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        ProcessNext(message, pipeline);
        Wrap(message);
    }

    /// <inheritdoc/>
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline).ConfigureAwait(false);
        Wrap(message);
    }

    private static void Wrap(HttpMessage message)
    {
        if (!message.BufferResponse && message.HasResponse && message.Response.ContentStream is { CanSeek: false } body)
            message.Response.ContentStream = new Body(body);
    }

    private sealed class Body(Stream inner) : ReadOnlyStream
    {
        // What the SDK reads of a refusal.
        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw new BrokenBodyException(exception);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}

/// <summary>The body of a download broke or fell silent.</summary>
internal sealed class BrokenBodyException(Exception innerException) : Exception(innerException.Message, innerException);

namespace ResPrune.Batch.Tests.Manifests;

/// <summary>Gives its bytes in pieces of changing, small sizes, as networks do.</summary>
internal sealed class TrickleStream(byte[] content) : MemoryStream(content, writable: false)
{
    private int _reads;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var most = Length > 100_000 ? 10_000 : 1 + (_reads++ % 13);
        return base.ReadAsync(buffer[..Math.Min(buffer.Length, most)], cancellationToken);
    }
}

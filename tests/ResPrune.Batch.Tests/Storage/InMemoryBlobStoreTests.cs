using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

public sealed class InMemoryBlobStoreTests : BlobStoreConformance
{
    protected override IBlobStore Store { get; } = new InMemoryBlobStore();
}

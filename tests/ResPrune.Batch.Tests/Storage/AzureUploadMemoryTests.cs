using ResPrune.Azurite;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Commit;

namespace ResPrune.Batch.Tests.Storage;

/// <summary>How much an upload holds; alone, because it measures the memory of the process.</summary>
[Collection(LargeBatchTests.Name)]
public sealed class AzureUploadMemoryTests
{
    private const int BlockBytes = 1 << 20;
    private const int Blocks = 48;

    [Fact]
    public async Task An_upload_holds_a_few_blocks_however_many_it_has()
    {
        await using var server = await AzuriteServer.StartNewAsync();
        await new Azure.Storage.Blobs.BlobServiceClient(server.ConnectionString).CreateBlobContainerAsync("large");
        var options = new AzureBlobStoreOptions { BlockBytes = BlockBytes };
        var stores = new BlobStores(new BlobStoresOptions { ConnectionString = server.ConnectionString, Azure = options });
        var store = await stores.OpenAsync(BlobAddress.Parse("azure:large"), CancellationToken.None);
        var piece = new byte[100_000];
        var (start, most) = (GC.GetTotalMemory(forceFullCollection: true), 0L);
        await using var upload = await store.BeginUploadAsync("x", CancellationToken.None);
        for (var written = 0L; written < (long)Blocks * BlockBytes; written += piece.Length)
        {
            await upload.Content.WriteAsync(piece, CancellationToken.None);
            if (written % (piece.Length * 20) == 0) most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - start);
        }

        Assert.True((await upload.CompleteAsync(BlobWriteCondition.CreateOnly, CancellationToken.None)).IsWritten);
        // Two on their way, one that fills, one that is taken back, and what the SDK and its connections keep.
        Assert.True(most < (options.ParallelBlocks + 4) * BlockBytes, $"the upload held {most} bytes");
    }
}

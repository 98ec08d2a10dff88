using ResPrune.Batch.Images;
using ResPrune.Batch.Storage;

namespace ResPrune.Cluster.Tests.Hosting;

/// <summary>One store, whatever the location.</summary>
internal sealed class StoreImageRoots(IBlobStore images) : IImageRoots
{
    public IImageUrls? Urls => null;

    public Task<IImagePlace> OpenAsync(string location, CancellationToken cancellationToken) => Task.FromResult<IImagePlace>(new StoreImages(images));
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Cli.Rendering;
using ResPrune.Cli.Running;

namespace ResPrune.Cli.Fleet;

/// <summary>Carries the images of an input to the fleet's store, where every worker can read them.</summary>
/// <param name="input">The input.</param>
/// <param name="roots">Folders that images may be read from beside the input's own.</param>
/// <param name="maxLineBytes">Most bytes of a line of the input.</param>
/// <param name="store">The fleet's store.</param>
/// <param name="error">Told how far it is.</param>
internal sealed class ImageUpload(RunInput input, IReadOnlyList<string> roots, int maxLineBytes, IBlobStore store, TextWriter error)
{
    private const int AtATime = 8;

    private readonly LocalImages _images = LocalImages.Open(input.ImageRoot, roots);

    /// <summary>
    /// The images where they lie when that is inside a store that is a folder, and every one is there under its own name; null when they have to be
    /// carried.
    /// </summary>
    public async Task<string?> InStoreAsync(CancellationToken cancellationToken)
    {
        if (!Path.IsPathRooted(store.Location)) return null;
        var inside = Path.GetRelativePath(store.Location, LocalFolderBlobStore.OpenReadOnly(input.ImageRoot).Location);
        if (inside.Split('/')[0] == "..") return null;
        await foreach (var reference in FilesAsync(cancellationToken))
            if (!UploadedNames.IsItself(reference)) return null;
        return StoreImageRoots.LocationOf(inside == "." ? "" : inside);
    }

    /// <summary>Hash of everything that is asked about: the lines, and the bytes of every image under its name.</summary>
    public async Task<string> DigestAsync(CancellationToken cancellationToken)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (input.Source is JsonLinesInput) digest.AppendData(Encoding.UTF8.GetBytes(input.Digest));
        var length = new byte[sizeof(int)];
        await foreach (var name in FilesAsync(cancellationToken))
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            digest.AppendData(length);
            digest.AppendData(bytes);
            await using var image = _images.OpenRead(name);
            digest.AppendData(image is null ? new byte[SHA256.HashSizeInBytes] : await SHA256.HashDataAsync(image, cancellationToken));
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    /// <summary>Copies the images into the batch's folder; a repeat copies them again. Images that are not there, or may not be read, are left to their rows.</summary>
    /// <returns>Where the batch reads them.</returns>
    public async Task<string> RunAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var folder = BatchBlobs.Images(batch);
        var target = new StoreFolder(store, folder);
        var done = 0L;
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(FilesAsync(cancellationToken), options, async (reference, token) =>
        {
            if (!await CopyAsync(reference, target, token)) return;
            var count = Interlocked.Increment(ref done);
            if (count % 1000 == 0) error.WriteLine($"{Quantity.Count(count)} images uploaded");
        });
        return StoreImageRoots.LocationOf(folder);
    }

    private IAsyncEnumerable<string> FilesAsync(CancellationToken cancellationToken) =>
        InputImages.ListAsync(input.Source, maxLineBytes, cancellationToken).Where(ImageFetcher.IsFile);

    private async Task<bool> CopyAsync(string reference, StoreFolder target, CancellationToken cancellationToken)
    {
        if (UploadedNames.Of(reference) is not { } name) return false;
        await using var image = _images.OpenRead(reference);
        if (image is null) return false;
        await using var upload = await target.BeginUploadAsync(name, cancellationToken);
        await image.CopyToAsync(upload.Content, cancellationToken);
        await upload.CompleteAsync(BlobWriteCondition.Always, cancellationToken);
        return true;
    }
}

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

/// <summary>Carries the pictures of an input to the fleet's store, where every worker can read them.</summary>
internal sealed class PictureUpload(RunInput input, IBlobStore store, TextWriter error)
{
    private const int AtATime = 8;

    private readonly LocalFolderBlobStore _pictures = LocalFolderBlobStore.OpenReadOnly(input.ImageRoot);

    /// <summary>
    /// The pictures where they lie when that is inside a store that is a folder; null when they have to be carried.
    /// </summary>
    public string? InStore
    {
        get
        {
            if (!Path.IsPathRooted(store.Location)) return null;
            var inside = Path.GetRelativePath(store.Location, _pictures.Location);
            if (inside == ".") return StoreImageRoots.LocationOf("");
            return inside.Split('/')[0] == ".." ? null : StoreImageRoots.LocationOf(inside);
        }
    }

    /// <summary>Hash of everything that is asked about: the lines, and the bytes of every picture under its name.</summary>
    public async Task<string> DigestAsync(CancellationToken cancellationToken)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // A folder's own digest has times in it, which a copy of the folder changes; its names and bytes are below.
        if (input.Source is JsonLinesInput) digest.AppendData(Encoding.UTF8.GetBytes(input.Digest));
        var length = new byte[sizeof(int)];
        await foreach (var name in InputImages.ListAsync(input.Source, cancellationToken))
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            digest.AppendData(length);
            digest.AppendData(bytes);
            await using var picture = await OpenAsync(name, cancellationToken);
            digest.AppendData(picture is null ? new byte[SHA256.HashSizeInBytes] : await SHA256.HashDataAsync(picture, cancellationToken));
        }

        return Convert.ToHexStringLower(digest.GetHashAndReset());
    }

    /// <summary>Copies the pictures into the batch's folder; a repeat copies them again. Pictures that are not there are left to their rows.</summary>
    /// <returns>Where the batch reads them.</returns>
    public async Task<string> RunAsync(BatchId batch, CancellationToken cancellationToken)
    {
        var folder = BatchBlobs.Images(batch);
        var target = new StoreFolder(store, folder);
        var done = 0L;
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(InputImages.ListAsync(input.Source, cancellationToken), options, async (name, token) =>
        {
            if (folder.Length + 1 + name.Length > BlobName.MaxLength || !await CopyAsync(name, target, token)) return;
            var count = Interlocked.Increment(ref done);
            if (count % 1000 == 0) error.WriteLine($"{Quantity.Count(count)} pictures uploaded");
        });
        return StoreImageRoots.LocationOf(folder);
    }

    private async Task<bool> CopyAsync(string name, StoreFolder target, CancellationToken cancellationToken)
    {
        await using var picture = await OpenAsync(name, cancellationToken);
        if (picture is null) return false;
        await using var upload = await target.BeginUploadAsync(name, cancellationToken);
        await picture.CopyToAsync(upload.Content, cancellationToken);
        await upload.CompleteAsync(BlobWriteCondition.Always, cancellationToken);
        return true;
    }

    private async Task<Stream?> OpenAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await _pictures.OpenReadAsync(name, 0, null, cancellationToken);
        }
        catch (Exception exception) when (exception is BlobOutsideRootException or UnauthorizedAccessException)
        {
            // Its row will say that there is no such picture.
            return null;
        }
    }
}

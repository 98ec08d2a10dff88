using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;

namespace ResPrune.Cli.Running;

/// <summary>How many different pictures a batch asks about.</summary>
internal static class ImageCount
{
    /// <summary>Counts them: by arithmetic for a folder, by reading the stored lines for a .jsonl.</summary>
    public static async Task<long> OfAsync(
        IBlobStore store, BatchRecord record, RunInput input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(input);
        if (input.Source is FolderInput folder) return input.Rows / folder.Questions.Count;
        await using var lines = await store.OpenReadAsync(record.Input.Blob, 0, null, cancellationToken)
            ?? throw new IOException($"'{record.Input.Blob}' is gone from '{store.Location}'.");
        // 64 bits of a hash: a million references take a few dozen megabytes, and one miscount in 10^7 runs is no harm.
        var seen = new HashSet<ulong>();
        await foreach (var line in ManifestReader.ReadAsync(lines, record.Spec.InputStyle, record.Spec.MaxLineBytes, 1, 0, cancellationToken))
        {
            if (line.Image.Length == 0) continue;
            seen.Add(BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(line.Image))));
        }

        return seen.Count;
    }
}

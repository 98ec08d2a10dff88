using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ResPrune.Batch.Images;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Sharding;

namespace ResPrune.Batch.Passes;

/// <summary>What one reading of an input tells: how much there is, and whether it is what it was.</summary>
public sealed class InputLook
{
    // An id is at most as long as a path, and most are much shorter: for the size of the filter of repeated ids.
    private const long BytesPerFolder = 1L << 26;

    private InputLook(InputRows rows, RepeatedIds ids)
    {
        Input = rows;
        Ids = ids;
    }

    /// <summary>Rows.</summary>
    public long Rows { get; private set; }

    /// <summary>Different image references.</summary>
    public long Images { get; private set; }

    /// <summary>Changes when a row does, or the file of its image.</summary>
    public string Digest { get; private set; } = "";

    /// <summary>The input, to be read again.</summary>
    internal InputRows Input { get; }

    /// <summary>Which ids occur more than once; ready for the second reading.</summary>
    internal RepeatedIds Ids { get; }

    /// <summary>Reads an input once.</summary>
    /// <param name="input">A folder or a file of lines.</param>
    /// <param name="images">Where its images are.</param>
    /// <param name="maxLineBytes">Most bytes of a line.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="BatchInputException">It cannot hold a question.</exception>
    public static async Task<InputLook> OfAsync(BatchInput input, LocalImages images, int maxLineBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(images);
        var rows = await InputRows.OpenAsync(input, images, maxLineBytes, cancellationToken).ConfigureAwait(false);
        var look = new InputLook(rows, new RepeatedIds(await BytesAsync(input, cancellationToken).ConfigureAwait(false)));
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // 64 bits of a hash: a million references take a few dozen megabytes, and one miscount in 10^7 runs is no harm.
        var seen = new HashSet<ulong>();
        var bytes = new byte[RowFingerprint.Bytes];
        await foreach (var row in rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            look.Rows++;
            if (row.Line.HasOwnId) look.Ids.Note(row.Line.CustomId);
            if (row.Line.Image.Length > 0) seen.Add(BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(row.Line.Image))));
            row.Fingerprint.WriteTo(bytes);
            digest.AppendData(bytes);
        }

        look.Images = seen.Count;
        look.Digest = Convert.ToHexStringLower(digest.GetHashAndReset());
        return look;
    }

    private static async Task<long> BytesAsync(BatchInput input, CancellationToken cancellationToken) => input is JsonLinesInput lines
        ? (await lines.Store.GetPropertiesAsync(lines.Name, cancellationToken).ConfigureAwait(false))?.Length ?? 0
        : BytesPerFolder;
}

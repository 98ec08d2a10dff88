using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Passes;

/// <summary>What a pass does with a row of its input.</summary>
/// <param name="Kind">What.</param>
/// <param name="Line">Line of the input, from 1.</param>
/// <param name="Fingerprint">What the row was when the pass was planned, before any image was read.</param>
/// <param name="Earlier">Ordinal of the earlier result of the same id; -1 when there is none.</param>
/// <param name="Offset">Where that result stands.</param>
internal readonly record struct PlannedRow(PlannedKind Kind, long Line, RowFingerprint Fingerprint, long Earlier, long Offset)
{
    private const int Bytes = 1 + (3 * sizeof(long)) + RowFingerprint.Bytes;

    /// <summary>Appends it to a stream.</summary>
    public async ValueTask WriteToAsync(Stream stream, CancellationToken cancellationToken)
    {
        var bytes = new byte[Bytes];
        bytes[0] = (byte)Kind;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), Line);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(9), Earlier);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(17), Offset);
        Fingerprint.WriteTo(bytes.AsSpan(25));
        await stream.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads every row of a pass.</summary>
    public static async IAsyncEnumerable<PlannedRow> ReadAsync(
        IBlobStore store, BatchId pass, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var name = PassBlobs.Rows(pass);
        var blob = await store.OpenReadAsync(name, 0, null, cancellationToken).ConfigureAwait(false)
            ?? throw new BatchCorruptedException(pass, name, "the rows of the pass are gone.");
        var stream = new BufferedStream(blob, 1 << 16);
        await using var scope = stream.ConfigureAwait(false);
        var bytes = new byte[Bytes];
        while (await stream.ReadAtLeastAsync(bytes, Bytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) is var read && read > 0)
        {
            if (read < Bytes) throw new BatchCorruptedException(pass, name, "the last row is cut off.");
            yield return new PlannedRow(
                (PlannedKind)bytes[0],
                BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(1)),
                RowFingerprint.ReadFrom(bytes.AsSpan(25)),
                BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(9)),
                BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(17)));
        }
    }
}

/// <summary>What becomes of a row in a pass. The numbers are stored.</summary>
internal enum PlannedKind : byte
{
    /// <summary>It is asked: the next row of the pass's batch.</summary>
    Asked = 0,

    /// <summary>Its earlier result stands.</summary>
    Kept = 1,

    /// <summary>It cannot be asked: the next row of the faults.</summary>
    Fault = 2,
}

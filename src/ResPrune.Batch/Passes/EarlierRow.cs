using System.Buffers.Binary;

namespace ResPrune.Batch.Passes;

/// <summary>A stored result of an earlier pass, without the result itself, which follows it.</summary>
/// <param name="Fingerprint">What the row was when it was asked.</param>
/// <param name="IsFailed">The result is an error.</param>
/// <param name="IsAside">The row was not in the input of the latest pass.</param>
/// <param name="Engine">Which engine of the list answered it; -1 for none.</param>
/// <param name="At">When its attempt was written, in Unix seconds.</param>
/// <param name="Length">Bytes of the result.</param>
internal readonly record struct EarlierRow(RowFingerprint Fingerprint, bool IsFailed, bool IsAside, int Engine, long At, int Length)
{
    /// <summary>Bytes before the result.</summary>
    public const int Bytes = RowFingerprint.Bytes + 1 + sizeof(int) + sizeof(long) + sizeof(int);

    /// <summary>Puts it into bytes.</summary>
    public void WriteTo(Span<byte> bytes)
    {
        Fingerprint.WriteTo(bytes);
        bytes[32] = (byte)((IsFailed ? 1 : 0) | (IsAside ? 2 : 0));
        BinaryPrimitives.WriteInt32LittleEndian(bytes[33..], Engine);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[37..], At);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[45..], Length);
    }

    /// <summary>Takes it from bytes.</summary>
    public static EarlierRow ReadFrom(ReadOnlySpan<byte> bytes) => new(
        RowFingerprint.ReadFrom(bytes),
        (bytes[32] & 1) != 0,
        (bytes[32] & 2) != 0,
        BinaryPrimitives.ReadInt32LittleEndian(bytes[33..]),
        BinaryPrimitives.ReadInt64LittleEndian(bytes[37..]),
        BinaryPrimitives.ReadInt32LittleEndian(bytes[45..]));
}

using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Passes;

/// <summary>What a row is, so that it is known again: a row with the same fingerprint has the same answer.</summary>
/// <param name="Id">Its id, as <see cref="IdHash"/>.</param>
/// <param name="Content">What the line says besides: image reference (a data URL whole), question, sampling, the fields that are carried; 64 bits of a SHA-256.</param>
/// <param name="Image">What the image's file was when it was looked at; the same for every image of which nothing can be known.</param>
internal readonly record struct RowFingerprint(UInt128 Id, ulong Content, ulong Image)
{
    /// <summary>Bytes of the stored form.</summary>
    public const int Bytes = 32;

    /// <summary>The fingerprint of a line.</summary>
    public static RowFingerprint Of(BatchRequestLine line, FileStamp image)
    {
        Span<byte> stamp = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(stamp, image.Length);
        BinaryPrimitives.WriteInt64LittleEndian(stamp[8..], image.Version);
        return new RowFingerprint(IdHash.Of(line.CustomId), ContentOf(line), Short(SHA256.HashData(stamp)));
    }

    /// <summary>Puts it into bytes.</summary>
    public void WriteTo(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, Id);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Content);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], Image);
    }

    /// <summary>Takes it from bytes.</summary>
    public static RowFingerprint ReadFrom(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt128LittleEndian(bytes),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));

    // Each part behind its length, so that no two lines give the same bytes.
    private static ulong ContentOf(BatchRequestLine line)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(hash, line.Image);
        Add(hash, line.Question);
        var own = line.Sampling;
        Add(hash, string.Create(CultureInfo.InvariantCulture, $"{own?.MaxTokens}|{own?.Temperature:R}|{own?.TopP:R}|{own?.TopK}|{own?.Seed}|{line.Keep}"));
        Add(hash, line.Carried ?? "");
        Add(hash, line.Fault is { } fault ? $"{fault.Code} {fault.Message}" : "");
        return Short(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, string text)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        hash.AppendData(length);
        hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
    }

    private static ulong Short(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt64LittleEndian(hash);
}

using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace ResPrune.Batch.Manifests;

/// <summary>
/// The first 128 bits of an id's SHA-256, which stand for the id: no id can be made to meet another on purpose, and 10⁹ ids meet by chance with
/// probability 10⁻²¹.
/// </summary>
internal static class IdHash
{
    private const int OnStack = 512;

    public static UInt128 Of(string id)
    {
        var most = Encoding.UTF8.GetMaxByteCount(id.Length);
        var rented = most <= OnStack ? null : ArrayPool<byte>.Shared.Rent(most);
        var bytes = rented ?? stackalloc byte[OnStack];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(id, bytes)], hash);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return MemoryMarshal.Read<UInt128>(hash);
    }
}

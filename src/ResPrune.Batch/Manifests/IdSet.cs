using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace ResPrune.Batch.Manifests;

/// <summary>
/// The ids seen so far, each as the first 128 bits of its SHA-256: about 40 bytes an id, whatever its length, and no id can be made to meet
/// another on purpose. Equal hashes are taken as equal ids (10⁹ ids meet by chance with probability 10⁻²¹).
/// </summary>
internal sealed class IdSet
{
    private readonly HashSet<UInt128> _seen = [];

    /// <summary>True when the id is new.</summary>
    public bool Add(string id)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(id), hash);
        return _seen.Add(MemoryMarshal.Read<UInt128>(hash));
    }
}

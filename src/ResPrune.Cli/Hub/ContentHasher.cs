using System.Security.Cryptography;
using System.Text;

namespace ResPrune.Cli.Hub;

/// <summary>Hashes a file's content as it arrives.</summary>
internal sealed class ContentHasher : IDisposable
{
    private readonly HubFile _file;
    private readonly IncrementalHash _hash;

    /// <summary>Begins.</summary>
    public ContentHasher(HubFile file)
    {
        _file = file;
        _hash = IncrementalHash.CreateHash(file.Hash.IsGit ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        Begin();
    }

    /// <summary>Adds what arrived.</summary>
    public void Add(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>Begins again.</summary>
    public void Reset()
    {
        _hash.GetHashAndReset();
        Begin();
    }

    /// <summary>Whether all that was added is the file; ends the hash.</summary>
    public bool IsTheFile() => Convert.ToHexStringLower(_hash.GetHashAndReset()) == _file.Hash.Hex;

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void Begin()
    {
        if (_file.Hash.IsGit) _hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"blob {_file.Size}\0")));
    }
}

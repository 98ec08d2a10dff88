using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;

namespace ResPrune.Inference.Weights;

/// <summary>
/// Tells checkpoints apart, at the cost of reading them once: SHA-256 over one line a weight, in the order of their canonical names, of its
/// name, stored type, shape and the XXH128 of its bytes. The same weights give the same digest however they are sharded and whichever name
/// layout they have. Computed on a thread of its own while the model is built from the same pages; that thread reads ahead of the builder, in
/// the order of the file, as a disk likes it. XXH128 keeps no forger out: the digest says which weights answered, not that they are good.
/// </summary>
internal sealed class WeightsDigest : IDisposable
{
    private const int Part = 1 << 20;

    /// <summary>Bytes asked of the disk before they are read: the kernel alone looks some hundred kilobytes ahead.</summary>
    private const long Ahead = 64 << 20;

    private readonly Thread _thread;
    private readonly IReadOnlyList<SafetensorsFile> _files;
    private readonly IReadOnlyDictionary<SafetensorsEntry, string> _names;
    private readonly Func<SafetensorsEntry, bool> _keepMapped;
    private volatile bool _stopped;
    private ExceptionDispatchInfo? _failure;
    private long _announced;
    private string _value = string.Empty;

    /// <param name="files">Open files; they must stay open until this is disposed.</param>
    /// <param name="names">Canonical names of the weights that count.</param>
    /// <param name="keepMapped">Which weights are used where they lie; pages of others are given back as soon as they are read.</param>
    public WeightsDigest(
        IReadOnlyList<SafetensorsFile> files, IReadOnlyDictionary<SafetensorsEntry, string> names, Func<SafetensorsEntry, bool> keepMapped)
    {
        _files = files;
        _names = names;
        _keepMapped = keepMapped;
        _thread = new Thread(Run) { IsBackground = true, Name = "weights digest" };
        _thread.Start();
    }

    /// <summary>The digest in lower-case hex; waits until it is there.</summary>
    public string Value
    {
        get
        {
            _thread.Join();
            _failure?.Throw();
            return _value;
        }
    }

    /// <summary>Stops, and waits until nothing is read any more.</summary>
    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
    }

    private void Run()
    {
        try
        {
            var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var file in _files)
            {
                _announced = 0;
                foreach (var entry in file.Entries.Values.Where(_names.ContainsKey).OrderBy(entry => entry.Offset))
                    lines[_names[entry]] = $"{_names[entry]} {entry.DType} [{string.Join(',', entry.Shape)}] {Hash(file, entry)}\n";
            }

            _value = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines.Values))));
        }
        catch (Exception exception)
        {
            // Thrown where the digest is asked for: this thread has nobody to tell.
            _failure = ExceptionDispatchInfo.Capture(exception);
        }
    }

    private string Hash(SafetensorsFile file, SafetensorsEntry entry)
    {
        var hash = new XxHash128();
        var keep = _keepMapped(entry);
        for (var done = 0L; done < entry.Length && !_stopped; done += Part)
        {
            var part = (int)Math.Min(Part, entry.Length - done);
            for (; _announced < entry.Offset + done + Ahead && _announced < file.Length; _announced += Ahead) file.Announce(_announced, Ahead);
            hash.Append(file.Bytes(entry.Offset + done, part));
            if (!keep) file.GiveBack(entry.Offset + done, part);
        }

        Span<byte> digest = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(digest, hash.GetCurrentHashAsUInt128());
        return Convert.ToHexStringLower(digest);
    }
}

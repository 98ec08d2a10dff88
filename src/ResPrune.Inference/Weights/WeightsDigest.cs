using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;

namespace ResPrune.Inference.Weights;

/// <summary>
/// Tells checkpoints apart, at the cost of reading them once: SHA-256 over one line a weight, in the order of their canonical names, of its
/// name, stored type, shape and the XXH128 of its bytes. The same weights give the same digest however they are sharded and whichever name
/// layout they have. Computed on threads of its own while the model is built from the same pages; they read ahead of the builder, in the order
/// of the files, as a disk likes it. XXH128 keeps no forger out: the digest says which weights answered, not that they are good.
/// </summary>
internal sealed class WeightsDigest : IDisposable
{
    /// <summary>Bytes hashed at a time: a second-level cache's worth.</summary>
    private const int Part = 1 << 20;

    /// <summary>Bytes asked of the disk before they are read: the kernel alone looks some hundred kilobytes ahead.</summary>
    private const long Ahead = 64 << 20;

    /// <summary>More threads than this only wait for memory.</summary>
    private const int MaxThreads = 4;

    private readonly IReadOnlyList<NamedWeight> _weights;
    private readonly string[] _lines;
    private readonly Thread[] _threads;
    private readonly Lazy<string> _value;
    private int _taken;
    private volatile bool _stopped;
    private volatile ExceptionDispatchInfo? _failure;

    /// <param name="weights">The weights that count, in the order they lie on the disk; their files must stay open until this is disposed.</param>
    public WeightsDigest(IReadOnlyList<NamedWeight> weights)
    {
        _weights = weights;
        _lines = new string[weights.Count];
        _value = new Lazy<string>(Finish);
        _threads = new Thread[Math.Min(MaxThreads, Environment.ProcessorCount)];
        for (var i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"resprune-digest-{i}" };
            _threads[i].Start();
        }
    }

    /// <summary>The digest in lower-case hex; waits until it is there.</summary>
    public string Value => _value.Value;

    /// <summary>Stops soon; there will be no value.</summary>
    public void Stop() => _stopped = true;

    /// <summary>Stops, and waits until nothing is read any more.</summary>
    public void Dispose()
    {
        Stop();
        foreach (var thread in _threads) thread.Join();
    }

    private string Finish()
    {
        foreach (var thread in _threads) thread.Join();
        _failure?.Throw();
        ObjectDisposedException.ThrowIf(_stopped, this);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(_lines.Order(StringComparer.Ordinal)))));
    }

    private void Run()
    {
        try
        {
            for (int i; !_stopped && (i = Interlocked.Increment(ref _taken) - 1) < _weights.Count;)
            {
                var (name, _, entry, _) = _weights[i];
                _lines[i] = $"{name} {entry.DType} [{string.Join(',', entry.Shape)}] {Hash(_weights[i])}\n";
            }
        }
        catch (Exception exception)
        {
            // Thrown where the digest is asked for: this thread has nobody to tell.
            _failure = ExceptionDispatchInfo.Capture(exception);
            _stopped = true;
        }
    }

    private string Hash(NamedWeight weight)
    {
        var (_, file, entry, staysMapped) = weight;
        var hash = new XxHash128();
        for (var done = 0L; done < entry.Length && !_stopped; done += Part)
        {
            var part = (int)Math.Min(Part, entry.Length - done);
            if (done % Ahead == 0) file.Announce(entry.Offset + done, Math.Min(Ahead, entry.Length - done));
            hash.Append(file.Bytes(entry.Offset + done, part));
            if (!staysMapped) file.GiveBack(entry.Offset + done, part);
        }

        Span<byte> digest = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(digest, hash.GetCurrentHashAsUInt128());
        return Convert.ToHexStringLower(digest);
    }
}

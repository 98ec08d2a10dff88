using System.Collections.Concurrent;

namespace ResPrune.FleetSimulator.Storage;

/// <summary>The rows of attempts, in a temporary file, so that ten million of them are no memory of this process.</summary>
internal sealed class AttemptFile : IDisposable
{
    private readonly ConcurrentDictionary<string, (long Offset, int Length)> _places = new(StringComparer.Ordinal);
    private readonly FileStream _file = new(
        Path.Combine(Path.GetTempPath(), $"resprune-fleet-simulator-{Guid.NewGuid():N}"),
        new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose });

    private long _end;

    /// <summary>Writes one.</summary>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        var offset = Interlocked.Add(ref _end, content.Length) - content.Length;
        RandomAccess.Write(_file.SafeFileHandle, content, offset);
        _places[name] = (offset, content.Length);
    }

    /// <summary>Reads one; null when there is none.</summary>
    public byte[]? Read(string name)
    {
        if (!_places.TryGetValue(name, out var place)) return null;
        var content = new byte[place.Length];
        for (var read = 0; read < content.Length;)
        {
            var more = RandomAccess.Read(_file.SafeFileHandle, content.AsSpan(read), place.Offset + read);
            read += more > 0 ? more : throw new EndOfStreamException($"The rows of '{name}' end after {read} of {content.Length} bytes.");
        }

        return content;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}

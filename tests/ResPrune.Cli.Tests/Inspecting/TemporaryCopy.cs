using System.Buffers.Binary;

namespace ResPrune.Cli.Tests.Inspecting;

/// <summary>A model folder of a test's own, empty or a copy.</summary>
internal sealed class TemporaryCopy : IDisposable
{
    public TemporaryCopy(string? source = null)
    {
        if (source is null) return;
        foreach (var file in Directory.GetFiles(source)) File.Copy(file, Path.Combine(Folder, Path.GetFileName(file)));
    }

    /// <summary>Where it is.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("resprune-model-").FullName;

    /// <summary>Replaces what stands behind a safetensors file's header by a hole of the same length.</summary>
    public void EmptyWeights(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        file.ReadExactly(prefix);
        var length = file.Length;
        file.SetLength(sizeof(ulong) + (long)BinaryPrimitives.ReadUInt64LittleEndian(prefix));
        file.SetLength(length);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

using System.Runtime.InteropServices;

namespace ResPrune.TinyModel.Training;

/// <summary>
/// Everything a run needs to go on: the number of steps done, the weights and the optimizer's two moments. Pictures, questions and dropped
/// tokens are functions of the step's number, so there is no generator state to keep.
/// </summary>
/// <param name="Step">Steps done.</param>
/// <param name="Weights">The vector of all weights.</param>
/// <param name="Mean">The optimizer's first moment.</param>
/// <param name="Square">The optimizer's second moment.</param>
internal sealed record Checkpoint(long Step, float[] Weights, float[] Mean, float[] Square)
{
    private const long Magic = 0x31304b4359_4e4954; // "TINYCK01"

    /// <summary>Writes beside the old file and then replaces it, so that a cut-off leaves one of the two.</summary>
    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var fresh = path + ".new";
        using (var stream = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(MemoryMarshal.AsBytes<long>([Magic, Step, Weights.Length]));
            foreach (var block in (float[][])[Weights, Mean, Square])
                stream.Write(MemoryMarshal.AsBytes<float>(block));
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>Reads a checkpoint of a model with <paramref name="count"/> weights.</summary>
    /// <exception cref="InvalidDataException">The file is no checkpoint, or one of another shape.</exception>
    public static Checkpoint Load(string path, int count)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var header = new long[3];
        stream.ReadExactly(MemoryMarshal.AsBytes(header.AsSpan()));
        if (header[0] != Magic)
            throw new InvalidDataException($"{path} is not a training checkpoint: delete it or name another folder.");
        if (header[2] != count)
            throw new InvalidDataException($"{path} holds {header[2]} weights, the model has {count}: it is of another version; name another folder.");
        var blocks = new float[3][];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = new float[count];
            stream.ReadExactly(MemoryMarshal.AsBytes(blocks[i].AsSpan()));
        }

        return new Checkpoint(header[1], blocks[0], blocks[1], blocks[2]);
    }
}

using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Weights;

/// <summary>The safetensors files of a checkpoint folder, with their headers checked against each other and against the index.</summary>
internal sealed class CheckpointFiles : IDisposable
{
    private CheckpointFiles(string source, IReadOnlyList<SafetensorsFile> files)
    {
        Source = source;
        Files = files;
        Sizes = WeightSizes.Of(files.SelectMany(file => file.Entries.Values));
    }

    /// <summary>The file that faults are reported against: the weights file or the index.</summary>
    public string Source { get; }

    /// <summary>The files, in the order of their names.</summary>
    public IReadOnlyList<SafetensorsFile> Files { get; }

    /// <summary>How many weights there are of each type.</summary>
    public WeightSizes Sizes { get; }

    /// <summary>Bytes of all files.</summary>
    public long FileBytes => Files.Sum(file => file.Length);

    /// <summary>Paths of a folder's weight files, without opening them.</summary>
    /// <exception cref="ModelLoadException">There are none, or the index is at fault.</exception>
    public static IReadOnlyList<string> Paths(string directory) => Locate(directory, out _).Paths;

    /// <summary>How many weights a folder stores of each type, from the headers of its files.</summary>
    /// <exception cref="ModelLoadException">As <see cref="Open"/>.</exception>
    public static WeightSizes SizesOf(string directory)
    {
        using var files = Open(directory);
        return files.Sizes;
    }

    /// <summary>Opens and maps the files; no weight is read.</summary>
    /// <exception cref="ModelLoadException">A file is absent or damaged, the weights are quantised, or index and files disagree.</exception>
    public static CheckpointFiles Open(string directory)
    {
        QuantizedCheckpoint.RefuseConfig(directory);
        var (source, paths) = Locate(directory, out var index);
        var files = new List<SafetensorsFile>();
        try
        {
            foreach (var path in paths)
            {
                files.Add(SafetensorsFile.Open(path));
                QuantizedCheckpoint.RefuseParts(files[^1]);
            }

            index?.Check(files);
            return new CheckpointFiles(source, files);
        }
        catch
        {
            foreach (var file in files) file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in Files) file.Dispose();
    }

    /// <summary>A whole file goes before an index, as in transformers.</summary>
    private static (string Source, IReadOnlyList<string> Paths) Locate(string directory, out ShardIndex? index)
    {
        index = null;
        var single = Path.Combine(directory, CheckpointFileNames.Weights);
        if (File.Exists(single)) return (single, [single]);
        var path = Path.Combine(directory, ShardIndex.FileName);
        if (!File.Exists(path)) throw FolderCheck.WithoutWeights(directory);
        index = ShardIndex.Read(path);
        return (path, [.. index.Shards.Select(shard => Path.Combine(directory, shard))]);
    }
}

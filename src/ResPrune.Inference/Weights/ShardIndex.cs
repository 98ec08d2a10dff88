using ResPrune.Inference.Checkpoints;
using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Weights;

/// <summary>
/// <c>model.safetensors.index.json</c>: which file of the folder holds which tensor. HF <c>modeling_utils.py</c>, <c>get_checkpoint_shard_files</c>.
/// </summary>
internal sealed class ShardIndex
{
    /// <summary>Its name in a checkpoint folder.</summary>
    public const string FileName = CheckpointFileNames.WeightIndex;

    /// <summary>Bytes it may have; published ones have under a megabyte.</summary>
    private const long MaxBytes = 32L << 20;

    private readonly string _path;
    private readonly IReadOnlyDictionary<string, string> _shardOf;

    private ShardIndex(string path, IReadOnlyDictionary<string, string> shardOf)
    {
        _path = path;
        _shardOf = shardOf;
        Shards = [.. shardOf.Values.Distinct().Order(StringComparer.Ordinal)];
    }

    /// <summary>The files it names, in order.</summary>
    public IReadOnlyList<string> Shards { get; }

    /// <summary>Reads an index and makes sure that every file it names lies in its folder.</summary>
    /// <exception cref="ModelLoadException">It is malformed, leads out of the folder, or files are missing.</exception>
    public static ShardIndex Read(string path)
    {
        var map = JsonField.Load(path, MaxBytes)["weight_map"];
        var shardOf = map.Members().ToDictionary(member => member.Key, member => ShardName(member.Value), StringComparer.Ordinal);
        if (shardOf.Count == 0) throw map.Invalid("an object of tensor names and file names");
        var index = new ShardIndex(path, shardOf);
        var folder = Path.GetDirectoryName(path)!;
        var missing = index.Shards.Where(shard => !Exists(Path.Combine(folder, shard))).ToList();
        if (missing.Count > 0)
        {
            throw new ModelLoadException(
                $"{path}: names {index.Shards.Count} files, of which {missing.Count} are not in the folder: {string.Join(", ", missing.Take(5))}"
                + $"{(missing.Count > 5 ? " …" : string.Empty)}. Download them: 'resprune model pull ORG/NAME' fetches what is missing.{FolderCheck.UnfinishedHint(folder)}");
        }

        return index;
    }

    /// <summary>Compares the index with what its files hold.</summary>
    /// <exception cref="ModelLoadException">A tensor is not where the index says, or a file holds one that the index does not name.</exception>
    public void Check(IReadOnlyList<SafetensorsFile> files)
    {
        var problems = new List<string>();
        foreach (var (shard, file) in Shards.Zip(files))
        {
            problems.AddRange(file.Entries.Keys
                .Where(name => !_shardOf.TryGetValue(name, out var expected) || expected != shard)
                .Select(name => $"'{shard}' holds '{name}', which the index {(_shardOf.TryGetValue(name, out var other) ? $"has in '{other}'" : "does not name")}"));
        }

        var byShard = Shards.Zip(files).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        problems.AddRange(_shardOf
            .Where(pair => !byShard[pair.Value].Entries.ContainsKey(pair.Key))
            .Select(pair => $"'{pair.Key}' should be in '{pair.Value}' and is not"));
        if (problems.Count == 0) return;
        throw new ModelLoadException($"{_path}: does not fit its files, which may be of different versions; download them again: {ProblemList.Text(problems)}.");
    }

    /// <summary>Whether there is a file, behind the link if it is one: a link that leads nowhere is a download that was cut off.</summary>
    private static bool Exists(string path) => File.Exists(path) && (File.ResolveLinkTarget(path, returnFinalTarget: true)?.Exists ?? true);

    /// <summary>A file of the folder itself. The index comes with the download: it must not make this program open any other file.</summary>
    private static string ShardName(JsonField field)
    {
        var name = field.Text();
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny('/', '\\', '\0'))
            throw new ModelLoadException($"{field.File}: field '{field.Name}' is '{name}'; expected the name of a file in the same folder.");
        return name;
    }
}

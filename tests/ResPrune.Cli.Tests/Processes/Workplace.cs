using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ResPrune.TinyModel.Export;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>A folder for one test, and what it needs to read and write in it.</summary>
public sealed class Workplace : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("resprune-cli-").FullName;

    /// <summary>The sample pictures, in name order.</summary>
    internal static IReadOnlyList<string> Samples { get; } = [.. Directory.GetFiles(BundledModel.SamplesDirectory).Order(
        StringComparer.Ordinal)];

    /// <summary>Where a run writes to.</summary>
    internal string Output => PathOf("out");

    /// <summary>The store of the one batch in <see cref="Output"/>.</summary>
    internal string Batch => Assert.Single(Directory.GetDirectories(Path.Combine(Output, ".resprune", "batches")));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <summary>A path in it.</summary>
    internal string PathOf(params string[] parts) => Path.Combine([_root, .. parts]);

    /// <summary>A folder with the first few sample pictures.</summary>
    internal string Pictures(int count)
    {
        var folder = Directory.CreateDirectory(PathOf("pictures")).FullName;
        foreach (var sample in Samples.Take(count)) File.Copy(sample, Path.Combine(folder, Path.GetFileName(sample)));
        return folder;
    }

    /// <summary>A .jsonl file beside the pictures, with one line per object.</summary>
    internal string Lines(IEnumerable<object> lines)
    {
        var path = Path.Combine(PathOf("pictures"), "lines.jsonl");
        Directory.CreateDirectory(PathOf("pictures"));
        File.WriteAllLines(path, lines.Select(line => line as string ?? JsonSerializer.Serialize(line)));
        return path;
    }

    /// <summary>So many rows about few pictures: a job that takes a while.</summary>
    internal string LongJob(int rows)
    {
        var pictures = Directory.GetFiles(Pictures(4)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal).ToArray();
        return Lines(Enumerable.Range(1, rows).Select(row => new
        {
            id = row.ToString(CultureInfo.InvariantCulture),
            image = pictures[row % pictures.Length],
            question = $"What is in the picture, number {row}?",
        }));
    }

    /// <summary>A copy of the bundled model, to be damaged.</summary>
    internal string Model()
    {
        var folder = Directory.CreateDirectory(PathOf("model")).FullName;
        foreach (var file in Directory.GetFiles(BundledModel.Directory)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        return folder;
    }

    /// <summary>The lines of a result file.</summary>
    internal IReadOnlyList<JsonNode> Results(string name = "output.jsonl") =>
        [.. File.ReadAllLines(Path.Combine(Output, name)).Select(line => JsonNode.Parse(line)!)];

    /// <summary>How many shards are committed.</summary>
    internal int Commits()
    {
        var batches = Path.Combine(Output, ".resprune", "batches");
        return Directory.Exists(batches)
            ? Directory.GetDirectories(batches)
                .Sum(
                batch => Directory.Exists(Path.Combine(batch, "commits"))
                ? Directory.GetFiles(Path.Combine(batch, "commits"), "*.json").Length : 0)
            : 0;
    }
}

using System.Text.Json;
using ResPrune.Inference.Models;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.RandomWeights;

/// <summary>
/// A checkpoint folder of any family with random bfloat16 weights, for measuring at real sizes without a download. Its answers mean nothing.
/// </summary>
public sealed class RandomCheckpoint
{
    /// <summary>Bytes of a weights file at most; what <c>save_pretrained</c> of transformers made of the published ones.</summary>
    public const long DefaultShardBytes = 5_000_000_000;

    private const int BufferBytes = 1 << 20;

    private readonly string _directory;
    private readonly IReadOnlyList<WeightShard> _shards;

    private RandomCheckpoint(string directory, IReadOnlyList<WeightShard> shards)
    {
        _directory = directory;
        _shards = shards;
        Parameters = shards.Sum(shard => shard.Tensors.Sum(tensor => tensor.Count));
        WeightBytes = shards.Sum(shard => shard.Tensors.Sum(WeightShard.Bytes));
    }

    /// <summary>Number of weights.</summary>
    public long Parameters { get; }

    /// <summary>Bytes that <see cref="WriteWeightsAsync"/> writes, the files' headers left out.</summary>
    public long WeightBytes { get; }

    /// <summary>Weight files.</summary>
    public int WeightFiles => _shards.Count;

    /// <summary>Writes everything but the weights, and finds out which weights there must be by building the model without them.</summary>
    /// <param name="directory">An existing, empty folder.</param>
    /// <param name="files">Its JSON files.</param>
    /// <param name="maxShardBytes">Bytes of a weights file at most.</param>
    /// <exception cref="Engine.ModelLoadException">The files do not make a model.</exception>
    public static RandomCheckpoint Create(string directory, PresetFiles files, long maxShardBytes = DefaultShardBytes)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(files);
        files.WriteTo(directory);
        var checkpoint = ModelFamilies.Open(directory, needsWeights: false);
        var weights = WeightRecorder.Record(checkpoint, _ => false);
        var tensors = weights.Select(weight => weight with { Name = checkpoint.PublishedName(weight.Name) });
        return new RandomCheckpoint(directory, WeightShard.Plan(tensors, maxShardBytes));
    }

    /// <summary>Writes the weights, and the index where there are several files.</summary>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="progress">Told the bytes written so far; may be null.</param>
    /// <param name="cancellationToken">Stops the writing; what was written stays.</param>
    public async Task WriteWeightsAsync(long seed, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var values = new RandomValues(seed);
        var buffer = new byte[BufferBytes];
        var done = 0L;
        foreach (var shard in _shards)
        {
            var stream = new FileStream(Path.Combine(_directory, shard.FileName), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
            await using (stream.ConfigureAwait(false))
            {
                await stream.WriteAsync(shard.Header(), cancellationToken).ConfigureAwait(false);
                foreach (var tensor in shard.Tensors)
                {
                    for (var left = WeightShard.Bytes(tensor); left > 0;)
                    {
                        var part = (int)Math.Min(left, buffer.Length);
                        values.Fill(tensor, buffer.AsSpan(0, part));
                        await stream.WriteAsync(buffer.AsMemory(0, part), cancellationToken).ConfigureAwait(false);
                        left -= part;
                        progress?.Report(done += part);
                    }
                }

                // On the disk, so that a measurement can have the page cache forget it.
                stream.Flush(flushToDisk: true);
            }
        }

        if (_shards.Count > 1) await File.WriteAllBytesAsync(Path.Combine(_directory, ShardIndex.FileName), Index(), cancellationToken).ConfigureAwait(false);
    }

    private byte[] Index()
    {
        using var content = new MemoryStream();
        using (var json = new Utf8JsonWriter(content, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteNumber("total_size", WeightBytes);
            json.WriteEndObject();
            json.WriteStartObject("weight_map");
            foreach (var shard in _shards)
            {
                foreach (var tensor in shard.Tensors) json.WriteString(tensor.Name, shard.FileName);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return content.ToArray();
    }
}

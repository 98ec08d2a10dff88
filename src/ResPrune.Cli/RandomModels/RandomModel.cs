using System.Diagnostics;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Hub;
using ResPrune.Cli.Rendering;
using ResPrune.Inference.RandomWeights;

namespace ResPrune.Cli.RandomModels;

/// <summary>A folder with the settings of a published model and random weights.</summary>
/// <param name="Preset">Whose settings.</param>
/// <param name="Layers">Decoder layers.</param>
/// <param name="VisionLayers">Encoder layers.</param>
internal sealed record RandomModel(ModelPreset Preset, int Layers, int VisionLayers)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>What it is, in a few words.</summary>
    public string Description => $"{Preset.Name} shapes, {VisionLayers} + {Layers} layers, random weights";

    /// <summary>Writes the folder; what was written of it goes again when that does not come to its end.</summary>
    /// <param name="directory">An empty folder.</param>
    /// <param name="error">Told how it goes.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <exception cref="UsageException">There is no room for it.</exception>
    public async Task WriteAsync(string directory, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            var checkpoint = RandomCheckpoint.Create(directory, Preset.Files(Layers, VisionLayers));
            if (checkpoint.WeightBytes > DiskSpace.Free(directory)) throw Full(directory, checkpoint, null);
            error.WriteLine(
                $"{Description}: {Quantity.Count(checkpoint.Parameters)} weights, {Quantity.Bytes(checkpoint.WeightBytes)} in "
                + $"{checkpoint.WeightFiles} {(checkpoint.WeightFiles == 1 ? "file" : "files")}, into {TerminalText.Clean(directory)}");
            try
            {
                await checkpoint.WriteWeightsAsync(seed: 0, new Lines(error, checkpoint.WeightBytes), cancellationToken);
            }
            // A file that outgrows a limit on the size of files is no IOException to .NET.
            catch (Exception exception) when (exception is ArgumentOutOfRangeException || (exception is IOException io && DiskSpace.IsFull(io)))
            {
                throw Full(directory, checkpoint, exception);
            }
        }
        catch
        {
            foreach (var file in Directory.EnumerateFiles(directory)) File.Delete(file);
            throw;
        }
    }

    private static UsageException Full(string directory, RandomCheckpoint checkpoint, Exception? exception) => new(
        $"{directory}: the weights take {Quantity.Bytes(checkpoint.WeightBytes)}, and {Quantity.Bytes(DiskSpace.Free(directory))} are free on that disk: "
            + "make room, choose another --output, or fewer --layers.",
        exception);

    /// <summary>A line now and then; called on the writer's own thread.</summary>
    private sealed class Lines(TextWriter error, long bytes) : IProgress<long>
    {
        private long _last = Stopwatch.GetTimestamp();

        /// <inheritdoc/>
        public void Report(long value)
        {
            if (Stopwatch.GetElapsedTime(_last) < Interval) return;
            _last = Stopwatch.GetTimestamp();
            error.WriteLine($"{Quantity.Bytes(value)}/{Quantity.Bytes(bytes)} written");
        }
    }
}

using System.Text;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;

namespace ResPrune.Batch.Tests.Manifests;

/// <summary>Lines as the readers see them.</summary>
internal static class Lines
{
    public static async Task<List<BatchRequestLine>> ReadAsync(
        byte[] content, InputStyle style = InputStyle.Simple, int maxLineBytes = BatchSpec.DefaultMaxLineBytes)
    {
        var rows = new List<BatchRequestLine>();
        using var stream = new TrickleStream(content);
        await foreach (var row in ManifestReader.ReadAsync(stream, style, maxLineBytes, 1, 0, CancellationToken.None)) rows.Add(row);
        return rows;
    }

    public static Task<List<BatchRequestLine>> ReadAsync(string content, InputStyle style = InputStyle.Simple) =>
        ReadAsync(Encoding.UTF8.GetBytes(content), style);

    public static async Task<BatchRequestLine> OneAsync(string line, InputStyle style = InputStyle.Simple) => Assert.Single(await ReadAsync(line, style));
}

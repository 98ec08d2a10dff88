using System.Runtime.CompilerServices;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Manifests;

/// <summary>Which pictures an input asks about: what has to be carried to where they are looked at.</summary>
public static class InputImages
{
    /// <summary>
    /// The canonical relative names, each once. Data URLs, other URLs and names that no store can have are left out: the rows that hold them
    /// need nothing carried.
    /// </summary>
    /// <param name="input">The input.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="BatchInputException">The input has no lines.</exception>
    public static IAsyncEnumerable<string> ListAsync(BatchInput input, CancellationToken cancellationToken) => input switch
    {
        FolderInput folder => OfFolderAsync(folder, cancellationToken),
        JsonLinesInput lines => OfLinesAsync(lines, cancellationToken),
        _ => throw new ArgumentException($"Unknown input {input?.GetType().Name}.", nameof(input)),
    };

    private static async IAsyncEnumerable<string> OfFolderAsync(
        FolderInput folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pictures = 0L;
        await foreach (var name in folder.Images.ListAsync("", cancellationToken).ConfigureAwait(false))
        {
            if (pictures >= folder.Limit) yield break;
            if (!PictureNames.IsPicture(name)) continue;
            pictures++;
            yield return name;
        }
    }

    private static async IAsyncEnumerable<string> OfLinesAsync(
        JsonLinesInput input, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (style, lines) = await InputWriter.OpenLinesAsync(input, cancellationToken).ConfigureAwait(false);
        await using (lines.ConfigureAwait(false))
        {
            var seen = new IdSet();
            await foreach (var line in ManifestReader.ReadAsync(lines, style, 1, 0, cancellationToken).ConfigureAwait(false))
            {
                if (line.Fault is not null || line.Image.Contains(':', StringComparison.Ordinal) && IsUrl(line.Image)) continue;
                if (BlobName.TryCanonicalise(line.Image, out var name, out _) && seen.Add(name)) yield return name;
            }
        }
    }

    private static bool IsUrl(string image) =>
        image.StartsWith("data:", StringComparison.OrdinalIgnoreCase) || image.Contains("://", StringComparison.Ordinal);
}

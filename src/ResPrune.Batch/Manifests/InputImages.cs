using System.Runtime.CompilerServices;

namespace ResPrune.Batch.Manifests;

/// <summary>Which images an input asks about: what has to be carried to where they are looked at.</summary>
public static class InputImages
{
    /// <summary>
    /// What the rows name their images by, each once: names, paths, URLs and data URLs as they are. A line that cannot be asked is left out.
    /// </summary>
    /// <param name="input">The input.</param>
    /// <param name="maxLineBytes">Most bytes of a line; a longer one cannot be asked.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="BatchInputException">The input has no lines.</exception>
    public static IAsyncEnumerable<string> ListAsync(BatchInput input, int maxLineBytes, CancellationToken cancellationToken) => input switch
    {
        FolderInput folder => folder.List(cancellationToken).Select(image => LocalImageFolder.ReferenceTo(image.Name)).ToAsyncEnumerable(),
        JsonLinesInput lines => OfLinesAsync(lines, maxLineBytes, cancellationToken),
        _ => throw new ArgumentException($"Unknown input {input?.GetType().Name}.", nameof(input)),
    };

    private static async IAsyncEnumerable<string> OfLinesAsync(
        JsonLinesInput input, int maxLineBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (style, lines) = await JsonLinesFile.OpenAsync(input, maxLineBytes, cancellationToken).ConfigureAwait(false);
        await using (lines.ConfigureAwait(false))
        {
            var seen = new IdSet();
            await foreach (var line in ManifestReader.ReadAsync(lines, style, maxLineBytes, 1, 0, cancellationToken).ConfigureAwait(false))
                if (line.Fault is null && seen.Add(line.Image)) yield return line.Image;
        }
    }
}

namespace ResPrune.Batch.Manifests;

/// <summary>
/// Every image of a folder and the folders in it (<see cref="ImageFiles"/>; hidden files and folders skipped), in byte order of the '/'-separated
/// relative path, times every question. A row's id is that path, with <c>#1</c>, <c>#2</c>… after it when there is more than one question.
/// </summary>
/// <param name="Images">The folder.</param>
/// <param name="Questions">The questions, at least one.</param>
public sealed record FolderInput(LocalImageFolder Images, IReadOnlyList<string> Questions) : BatchInput
{
    /// <summary>Only the first so many images; null (default) means all.</summary>
    public long? Limit { get; init; }

    /// <summary>The images, as far as the limit.</summary>
    internal IEnumerable<FolderImage> List(CancellationToken cancellationToken)
    {
        var images = Images.List(skipped: null, cancellationToken);
        return Limit is { } limit ? images.Take((int)Math.Min(limit, int.MaxValue)) : images;
    }

    /// <summary>The id of a row.</summary>
    internal string IdOf(FolderImage image, int question) => Questions.Count == 1 ? image.Name : $"{image.Name}#{question + 1}";
}

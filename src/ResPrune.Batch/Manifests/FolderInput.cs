using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Manifests;

/// <summary>
/// Every picture of a folder and the folders in it (.jpg .jpeg .png .webp .gif .bmp, any case; hidden files and folders skipped), in ordinal
/// order of the '/'-separated relative name, times every question. A row's id is that name, with <c>#1</c>, <c>#2</c>… after it when
/// there is more than one question.
/// </summary>
/// <param name="Images">The folder.</param>
/// <param name="Questions">The questions, at least one.</param>
public sealed record FolderInput(IBlobStore Images, IReadOnlyList<string> Questions) : BatchInput
{
    /// <summary>Only the first so many pictures; null (default) means all.</summary>
    public long? Limit { get; init; }
}

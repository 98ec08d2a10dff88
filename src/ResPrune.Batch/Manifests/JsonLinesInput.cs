using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Manifests;

/// <summary>
/// A JSON lines file, taken byte for byte, unpacked where gzip compressed it: <c>{"id","image","question"}</c> or OpenAI batch lines, told by the first line
/// that is not blank.
/// </summary>
/// <param name="Store">Where the file is.</param>
/// <param name="Name">Its name there.</param>
public sealed record JsonLinesInput(IBlobStore Store, string Name) : BatchInput
{
    /// <summary>Only the first so many lines that are not blank; null (default) means all.</summary>
    public long? Limit { get; init; }
}

namespace ResPrune.Batch.Batches;

/// <summary>The OpenAI list envelope around batch problems.</summary>
/// <param name="Data">The problems.</param>
public sealed record BatchErrorList(IReadOnlyList<BatchError> Data)
{
    /// <summary>Always <c>list</c>.</summary>
    public string Object { get; init; } = "list";
}

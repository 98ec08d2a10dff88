namespace ResPrune.Cluster.Batches;

/// <summary>One of the first answers of a batch, shown while it runs and before it is committed.</summary>
/// <param name="Line">Line of the input, from 1.</param>
/// <param name="CustomId">The submitter's id.</param>
/// <param name="Image">The image reference, data URLs shortened.</param>
/// <param name="Question">The question.</param>
/// <param name="Answer">The answer.</param>
[GenerateSerializer]
[Immutable]
[Alias("resprune.FirstAnswer")]
public sealed record FirstAnswer(
    [property: Id(0)] long Line,
    [property: Id(1)] string CustomId,
    [property: Id(2)] string Image,
    [property: Id(3)] string Question,
    [property: Id(4)] string Answer);

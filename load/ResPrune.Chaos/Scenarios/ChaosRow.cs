namespace ResPrune.Chaos.Scenarios;

/// <summary>One line of an input.</summary>
/// <param name="Id">Id of the row.</param>
/// <param name="Image">Name of the picture below the image root.</param>
/// <param name="Question">The question.</param>
/// <param name="IsMissing">There is no such picture: the row must end as <c>image_not_found</c>.</param>
internal sealed record ChaosRow(string Id, string Image, string Question, bool IsMissing);

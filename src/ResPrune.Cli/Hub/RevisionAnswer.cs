namespace ResPrune.Cli.Hub;

/// <summary>Answer to <c>/api/models/ORG/NAME/revision/REV</c>.</summary>
internal sealed record RevisionAnswer
{
    /// <summary>The commit.</summary>
    public string? Sha { get; init; }

    /// <summary>Its files, without sizes.</summary>
    public IReadOnlyList<SiblingAnswer>? Siblings { get; init; }
}

namespace ResPrune.Cli.Hub;

/// <summary>An entry of the answer to <c>/api/models/ORG/NAME/tree/COMMIT</c>.</summary>
internal sealed record TreeAnswer
{
    /// <summary><c>file</c> or <c>directory</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Its path.</summary>
    public string? Path { get; init; }

    /// <summary>Its length in bytes.</summary>
    public long? Size { get; init; }

    /// <summary>Git's hash: of the content, or of the pointer when the content is in LFS.</summary>
    public string? Oid { get; init; }

    /// <summary>Its content in LFS; null when it is in git.</summary>
    public LfsAnswer? Lfs { get; init; }
}

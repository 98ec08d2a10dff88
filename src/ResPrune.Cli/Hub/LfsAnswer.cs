namespace ResPrune.Cli.Hub;

/// <summary>A file's content in LFS.</summary>
internal sealed record LfsAnswer
{
    /// <summary>Its SHA-256.</summary>
    public string? Oid { get; init; }

    /// <summary>Its length in bytes.</summary>
    public long? Size { get; init; }
}

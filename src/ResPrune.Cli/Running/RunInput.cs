using ResPrune.Batch.Manifests;

namespace ResPrune.Cli.Running;

/// <summary>The input of a run, looked at but not read.</summary>
internal sealed record RunInput
{
    /// <summary>Full path of what was typed.</summary>
    public required string Path { get; init; }

    /// <summary>Where the questions come from.</summary>
    public required BatchInput Source { get; init; }

    /// <summary>Folder that relative picture names start from.</summary>
    public required string ImageRoot { get; init; }

    /// <summary>Lower-case hex SHA-256 of the bytes of a .jsonl; empty for a folder.</summary>
    public string Digest { get; init; } = "";

    /// <summary>Rows: pictures times questions, or lines that are not blank.</summary>
    public required long Rows { get; init; }

    /// <summary>Files and folders of the folder that are not read; none of a .jsonl.</summary>
    public SkippedFiles Skipped { get; init; } = new();
}

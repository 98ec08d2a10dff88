using ResPrune.Batch.Batches;
using ResPrune.Server.Fleet;

namespace ResPrune.Cli.Fleet;

/// <summary>What <c>resprune submit</c> was asked for.</summary>
internal sealed record SubmitSettings
{
    /// <summary>Which fleet.</summary>
    public required FleetConnectionOptions Fleet { get; init; }

    /// <summary>A folder of pictures, a picture, or a .jsonl file.</summary>
    public required string Input { get; init; }

    /// <summary>The questions about every picture.</summary>
    public required IReadOnlyList<string> Questions { get; init; }

    /// <summary>Only the first so many pictures or lines; null means all.</summary>
    public long? Limit { get; init; }

    /// <summary>Full paths of folders that images may be read from beside the input's own.</summary>
    public IReadOnlyList<string> ImageRoots { get; init; } = [];

    /// <summary>The model that is to answer, as it was typed; null means the fleet's.</summary>
    public string? Model { get; init; }

    /// <summary>Whether to submit although no worker of the model is there.</summary>
    public bool WaitForWorkers { get; init; }

    /// <summary>Makes the submission repeatable; null means that every submission is a batch of its own.</summary>
    public string? Key { get; init; }

    /// <summary>Container that relative picture names start in; null means that the pictures are uploaded from beside the input.</summary>
    public string? Images { get; init; }

    /// <summary>Rows of one shard; null means by the size of the batch.</summary>
    public int? RowsPerShard { get; init; }

    /// <summary>How the answers are made.</summary>
    public required BatchSpec Spec { get; init; }
}

using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Manifests;

namespace ResPrune.Batch.Passes;

/// <summary><c>state.json</c>: what an output folder holds. Replaced as a whole; what it does not name does not count.</summary>
public sealed record PassState
{
    /// <summary>The form that this program writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Form of the folder.</summary>
    public required int Format { get; init; }

    /// <summary>What decides the answers, by name; the same in every pass.</summary>
    public required IReadOnlyDictionary<string, string> Facts { get; init; }

    /// <summary>Results of the passes before; null when there are none.</summary>
    public EarlierReference? Earlier { get; init; }

    /// <summary>The latest pass, ended or not; null between two.</summary>
    public Pass? Pass { get; init; }

    /// <summary>Folders and files of the store that belong to it; all others below them are left over from earlier passes or from a crash.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Parts => new Dictionary<string, IReadOnlyList<string>>
    {
        [BatchBlobs.Root] = Pass is null ? [] : [Pass.Id.Value],
        [PassBlobs.Root] = [.. Pass is null ? [] : (string[])[Pass.Id.Value], .. Earlier is null ? [] : (string[])[Earlier.Blob[PassBlobs.Root.Length..]]],
    };
}

/// <summary>The results of earlier passes.</summary>
/// <param name="Generation">How many times they were gathered.</param>
/// <param name="Blob">Where they are.</param>
/// <param name="Rows">Results.</param>
/// <param name="Engines">What answered them.</param>
public sealed record EarlierReference(int Generation, string Blob, int Rows, IReadOnlyList<EngineStamp> Engines);

/// <summary>One reading of the input and what is done with its rows.</summary>
public sealed record Pass
{
    /// <summary>The pass, and the batch of the rows that it asks.</summary>
    public required BatchId Id { get; init; }

    /// <summary>Digest of the input's rows and of what their images were.</summary>
    public required string Digest { get; init; }

    /// <summary>Which rows with a result it asks again.</summary>
    public required RetryPolicy Retry { get; init; }

    /// <summary>Form of the lines.</summary>
    public required InputStyle Style { get; init; }

    /// <summary>What becomes of the rows.</summary>
    public required PassCounts Counts { get; init; }
}

/// <summary>Rows of a pass by what becomes of them.</summary>
public sealed record PassCounts
{
    /// <summary>Asked for the first time.</summary>
    public long New { get; init; }

    /// <summary>Asked because the line, or the image's bytes, are not what they were.</summary>
    public long Changed { get; init; }

    /// <summary>Asked again because they had failed.</summary>
    public long Failed { get; init; }

    /// <summary>Asked again because it was wished.</summary>
    public long Again { get; init; }

    /// <summary>Answers that stand.</summary>
    public long Kept { get; init; }

    /// <summary>Failures that stand, because it was wished.</summary>
    public long KeptFailed { get; init; }

    /// <summary>Lines that cannot be asked.</summary>
    public long Faults { get; init; }

    /// <summary>Rows with a result in the pass before that are not in the input any more. The results are set aside, for the case that the rows come back.</summary>
    public long Removed { get; init; }

    /// <summary>Rows that are asked.</summary>
    public long Asked => New + Changed + Failed + Again;

    /// <summary>Rows of the input.</summary>
    public long Rows => Asked + Kept + KeptFailed + Faults;
}

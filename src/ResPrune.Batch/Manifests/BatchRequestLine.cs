namespace ResPrune.Batch.Manifests;

/// <summary>One row of the input: something to ask, or the reason it cannot be asked.</summary>
public sealed record BatchRequestLine
{
    /// <summary>Line of the input it stands on, from 1, blank lines counted.</summary>
    public required long LineNumber { get; init; }

    /// <summary>The submitter's id; <c>line-17 (no id)</c> when none could be read on line 17; no submitter's id has that form.</summary>
    public required string CustomId { get; init; }

    /// <summary>False when <see cref="CustomId"/> was made up from the line number.</summary>
    public bool HasOwnId { get; init; } = true;

    /// <summary>A name relative to the job's image root, or a data URL; empty when the line has none.</summary>
    public string Image { get; init; } = "";

    /// <summary>The question; empty when the line has none.</summary>
    public string Question { get; init; } = "";

    /// <summary>Sampling values of the line itself; null (default) when it gives none.</summary>
    public SamplingOverride? Sampling { get; init; }

    /// <summary>Visual tokens to keep for this line: <c>all</c>, <c>1/3</c>, <c>0.25</c>, <c>64</c>; null (default) leaves the job's.</summary>
    public string? Keep { get; init; }

    /// <summary>
    /// The submitter's other fields of a simple line, which its result line repeats, as the text of a JSON object; null (default) when it has none.
    /// </summary>
    public string? Carried { get; init; }

    /// <summary>Why the line cannot be asked; null when it can.</summary>
    public RowFault? Fault { get; init; }

    /// <summary><see cref="Image"/> for result rows: data URLs cut after the comma, so that no file carries the pictures again.</summary>
    public string ImageLabel
    {
        get
        {
            if (!Image.StartsWith("data:", StringComparison.OrdinalIgnoreCase)) return Image;
            var comma = Image.IndexOf(',', StringComparison.Ordinal);
            var head = comma is >= 0 and < 200 ? Image[..(comma + 1)] : "data:";
            return FormattableString.Invariant($"{head}… ({Image.Length - head.Length} bytes)");
        }
    }
}

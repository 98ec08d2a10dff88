using System.Globalization;
using ResPrune.Batch.Batches;

namespace ResPrune.Batch.Passes;

/// <summary>Names of what is kept from pass to pass, beside the batches.</summary>
internal static class PassBlobs
{
    /// <summary>What counts (<see cref="PassState"/>); everything that it does not name is left over from a crash.</summary>
    public const string State = "state.json";

    /// <summary>Prefix of everything else that belongs to passes.</summary>
    public const string Root = "passes/";

    /// <summary>The answers, before they are moved to where people look for them.</summary>
    public const string Output = Root + "output.jsonl";

    /// <summary>The failures, likewise.</summary>
    public const string Errors = Root + "errors.jsonl";

    /// <summary>The totals, likewise.</summary>
    public const string Manifest = Root + "manifest.json";

    /// <summary>Every row of the input of a pass (<see cref="PlannedRow"/>).</summary>
    public static string Rows(BatchId pass) => $"{Root}{pass.Value}/rows";

    /// <summary>The rows of a pass that cannot be asked, as results.</summary>
    public static string Faults(BatchId pass) => $"{Root}{pass.Value}/faults";

    /// <summary>The results of the passes before (<see cref="EarlierRow"/>).</summary>
    public static string Earlier(int generation) => Root + generation.ToString("D6", CultureInfo.InvariantCulture) + ".rows";
}

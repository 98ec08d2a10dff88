using ResPrune.Batch.Batches;
using ResPrune.Cli.Commands;
using ResPrune.Cli.Rendering;
using ResPrune.Cluster.Fleet;

namespace ResPrune.Cli.Fleet;

/// <summary>
/// Which weights answer a batch: one batch is answered by one model, so it is decided when the batch is submitted, among those that workers serve now.
/// </summary>
internal static class FleetModelChoice
{
    /// <summary>Name of the model of a batch that the first worker chooses it for.</summary>
    public const string AnyModel = "default";

    private const int ShownDigits = 12;

    /// <summary>The settings with the model in them.</summary>
    /// <param name="spec">The settings.</param>
    /// <param name="wanted">What was typed: a name, or a name and the beginning of a digest after an at sign; null for none.</param>
    /// <param name="models">What workers serve.</param>
    /// <param name="waitForWorkers">Whether none need be there.</param>
    /// <exception cref="UsageException">There is no such model, or more than one; the message lists what there is.</exception>
    public static BatchSpec Choose(BatchSpec spec, string? wanted, IReadOnlyList<FleetModel> models, bool waitForWorkers)
    {
        var (name, digest) = Split(wanted);
        var fitting = models
            .Where(model => name is null || model.Name == name)
            .Where(model => digest is null || model.WeightsDigest.StartsWith(digest, StringComparison.OrdinalIgnoreCase))
            .ToList();
        return fitting switch
        {
            [var only] => spec with { Model = only.Name, WeightsDigest = only.WeightsDigest },
            [] when waitForWorkers && digest is null => spec with { Model = name ?? AnyModel, RequiredModel = name },
            [] when waitForWorkers => throw new UsageException(
                $"--model '{TerminalText.Clean(wanted!, 100)}': no worker with these weights is there, and a batch can only wait for a name: leave '@…' away."),
            [] => throw new UsageException(
                (name is null ? "No worker is in the fleet" : $"No worker of the fleet serves the model '{TerminalText.Clean(wanted!, 100)}'")
                + $". {Describe(models)} Start workers, or submit with --wait-for-workers."),
            _ => throw new UsageException(
                $"The fleet serves several models, and a batch is answered by one: choose it with --model NAME, or NAME@DIGEST where two have one name. {Describe(models)}"),
        };
    }

    private static (string? Name, string? Digest) Split(string? wanted)
    {
        if (wanted is null) return (null, null);
        var at = wanted.LastIndexOf('@');
        return at < 0 ? (wanted, null) : (wanted[..at], wanted[(at + 1)..]);
    }

    private static string Describe(IReadOnlyList<FleetModel> models) => models.Count == 0
        ? "None is there at this moment."
        : $"There are: {string.Join(", ", models.Select(model => $"{model.Name}@{Short(model.WeightsDigest)} ({model.Workers} worker{(model.Workers == 1 ? "" : "s")})"))}.";

    private static string Short(string digest) => digest[..Math.Min(ShownDigits, digest.Length)];
}

namespace ResPrune.Cli.Running;

/// <summary>Where the results of a run are.</summary>
/// <param name="Output">The answers, one line each, in input order.</param>
/// <param name="Errors">The rows without an answer; null when every row has one.</param>
/// <param name="Skipped">The files of the folder that are not read; null when there are none.</param>
/// <param name="Manifest">The totals.</param>
internal sealed record ResultPaths(string Output, string? Errors, string? Skipped, string Manifest);

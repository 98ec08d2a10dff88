namespace ResPrune.Cli.Hub;

/// <summary>What is to be pulled.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Revision">A branch, tag or commit.</param>
/// <param name="Output">A folder for the files themselves; null puts them into the cache.</param>
internal sealed record PullRequest(HubRepository Repository, HubRevision Revision, string? Output);

namespace ResPrune.Cli.Hub;

/// <summary>What there is to fetch.</summary>
/// <param name="Commit">The commit that the revision stands for now.</param>
/// <param name="Files">The files that the runtime reads.</param>
internal sealed record HubListing(string Commit, IReadOnlyList<HubFile> Files);

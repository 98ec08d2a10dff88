namespace ResPrune.Cli.Hub;

/// <summary>A file of a repository at one commit.</summary>
/// <param name="Name">Its name, already known to be safe as a name in a folder.</param>
/// <param name="Size">Its length in bytes.</param>
/// <param name="Hash">What its content hashes to.</param>
internal sealed record HubFile(string Name, long Size, ContentHash Hash);

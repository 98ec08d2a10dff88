namespace ResPrune.Cli.Hub;

/// <summary>What is asked for, in the words of an error message.</summary>
/// <param name="Endpoint">The hub.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Revision">The revision as it was typed.</param>
/// <param name="HasToken">Whether a token is sent.</param>
/// <param name="What">The file, or what else.</param>
internal sealed record HubRequest(Uri Endpoint, HubRepository Repository, HubRevision Revision, bool HasToken, string What);

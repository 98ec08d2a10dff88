using ResPrune.Cli.Hub;

namespace ResPrune.Cli.Pulling;

/// <summary>What <c>resprune model pull</c> was asked for.</summary>
/// <param name="Request">What is to be pulled.</param>
/// <param name="Endpoint">The hub that was typed; null takes <c>HF_ENDPOINT</c>.</param>
internal sealed record PullSettings(PullRequest Request, Uri? Endpoint);

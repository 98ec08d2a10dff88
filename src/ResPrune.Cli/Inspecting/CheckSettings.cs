using ResPrune.Inference.Engine;

namespace ResPrune.Cli.Inspecting;

/// <summary>What <c>resprune model check</c> was asked for.</summary>
/// <param name="Engine">Which model runs where.</param>
/// <param name="Keep">The token budget beside all tokens, as it was typed.</param>
/// <param name="MaxTokens">Tokens generated, neither fewer nor more.</param>
/// <param name="Json">Print the report as JSON instead of a table.</param>
internal sealed record CheckSettings(EngineOptions Engine, string Keep, int MaxTokens, bool Json);

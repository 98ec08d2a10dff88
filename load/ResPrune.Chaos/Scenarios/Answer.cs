using System.Text.Json.Nodes;

namespace ResPrune.Chaos.Scenarios;

/// <summary>Everything a row of the output says that must not depend on what happened to the fleet.</summary>
internal sealed record Answer(string Text, string FinishReason, int VisualTokens, int KeptTokens, int PromptTokens, int CompletionTokens)
{
    /// <summary>Reads a line of <c>output.jsonl</c>.</summary>
    public static Answer Of(JsonNode line) => new(
        line["answer"]!.GetValue<string>(),
        line["finish_reason"]!.GetValue<string>(),
        line["visual_tokens"]!["total"]!.GetValue<int>(),
        line["visual_tokens"]!["kept"]!.GetValue<int>(),
        line["prompt_tokens"]!.GetValue<int>(),
        line["completion_tokens"]!.GetValue<int>());
}

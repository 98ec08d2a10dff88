using System.Text.Json;

namespace ResPrune.Batch.Rows;

/// <summary>Result lines for <c>{"id","image","question"}</c> input.</summary>
internal static class SimpleResultLine
{
    public static void Write(Utf8JsonWriter json, AnswerRow row)
    {
        json.WriteStartObject();
        WriteRequest(json, row);
        json.WriteString("answer"u8, row.Answer);
        json.WriteString("finish_reason"u8, row.FinishReason);
        WriteVisualTokens(json, row.VisualTokens);
        json.WriteNumber("prompt_tokens"u8, row.PromptTokens);
        json.WriteNumber("completion_tokens"u8, row.CompletionTokens);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, ErrorRow row)
    {
        json.WriteStartObject();
        WriteRequest(json, row);
        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, row.Code.ToName());
        json.WriteString("message"u8, row.Message);
        json.WriteEndObject();
        json.WriteNumber("line"u8, row.Line);
        json.WriteEndObject();
    }

    /// <summary>The <c>visual_tokens</c> object, the same in both styles.</summary>
    public static void WriteVisualTokens(Utf8JsonWriter json, VisualTokenCount count)
    {
        json.WriteStartObject("visual_tokens"u8);
        json.WriteNumber("total"u8, count.Total);
        json.WriteNumber("kept"u8, count.Kept);
        if (count.Newlines > 0) json.WriteNumber("newlines"u8, count.Newlines);
        json.WriteEndObject();
    }

    private static void WriteRequest(Utf8JsonWriter json, ResultRow row)
    {
        json.WriteString("id"u8, row.CustomId);
        json.WriteString("image"u8, row.Image);
        json.WriteString("question"u8, row.Question);
        if (row.Carried is null) return;
        using var carried = JsonDocument.Parse(row.Carried);
        foreach (var field in carried.RootElement.EnumerateObject()) field.WriteTo(json);
    }
}

using System.Text.Json;

namespace ResPrune.Batch.Rows;

/// <summary>
/// OpenAI batch result lines. A row that the endpoint would have refused carries that HTTP answer in <c>response</c> and no <c>error</c>; a row
/// that never got an answer carries <c>error</c> and no <c>response</c>.
/// </summary>
internal static class OpenAiResultLine
{
    public static void Write(Utf8JsonWriter json, AnswerRow row, string model, long createdAt)
    {
        json.WriteStartObject();
        WriteIds(json, row);
        StartResponse(json, row, statusCode: 200);
        json.WriteString("id"u8, "chatcmpl-" + Tail(row));
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, createdAt);
        json.WriteString("model"u8, model);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, row.Answer);
        json.WriteNull("refusal"u8);
        json.WriteEndObject();
        json.WriteNull("logprobs"u8);
        json.WriteString("finish_reason"u8, row.FinishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        WriteUsage(json, row);
        json.WriteStartObject("resprune"u8);
        SimpleResultLine.WriteVisualTokens(json, row.VisualTokens);
        json.WriteEndObject();
        EndResponse(json);
        json.WriteNull("error"u8);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, ErrorRow row)
    {
        json.WriteStartObject();
        WriteIds(json, row);
        if (NeverAnswered(row.Code))
        {
            json.WriteNull("response"u8);
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, row.Code.ToName());
            json.WriteString("message"u8, row.Message);
            json.WriteEndObject();
        }
        else
        {
            StartResponse(json, row, statusCode: 400);
            json.WriteStartObject("error"u8);
            json.WriteString("message"u8, row.Message);
            json.WriteString("type"u8, "invalid_request_error"u8);
            json.WriteNull("param"u8);
            json.WriteString("code"u8, row.Code.ToName());
            json.WriteEndObject();
            EndResponse(json);
            json.WriteNull("error"u8);
        }

        json.WriteEndObject();
    }

    private static bool NeverAnswered(RowErrorCode code) =>
        code is RowErrorCode.Timeout or RowErrorCode.EngineError or RowErrorCode.OutOfMemory or RowErrorCode.BatchCancelled or RowErrorCode.BatchExpired;

    private static void WriteIds(Utf8JsonWriter json, ResultRow row)
    {
        json.WriteString("id"u8, row.RequestId);
        json.WriteString("custom_id"u8, row.CustomId);
    }

    private static void StartResponse(Utf8JsonWriter json, ResultRow row, int statusCode)
    {
        json.WriteStartObject("response"u8);
        json.WriteNumber("status_code"u8, statusCode);
        json.WriteString("request_id"u8, "req_" + Tail(row));
        json.WriteStartObject("body"u8);
    }

    private static void EndResponse(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, AnswerRow row)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, row.PromptTokens);
        json.WriteNumber("completion_tokens"u8, row.CompletionTokens);
        json.WriteNumber("total_tokens"u8, row.PromptTokens + row.CompletionTokens);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, 0);
        json.WriteNumber("text_tokens"u8, row.PromptTokens - row.VisualTokens.Kept);
        json.WriteNumber("image_tokens"u8, row.VisualTokens.Kept);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Tail(ResultRow row)
    {
        const string Prefix = "batch_req_";
        return row.RequestId.StartsWith(Prefix, StringComparison.Ordinal) ? row.RequestId[Prefix.Length..] : row.RequestId;
    }
}

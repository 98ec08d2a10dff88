using System.Buffers;
using System.Text;
using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Tests.Rows;

public sealed class ResultLineWriterTests
{
    private static readonly AnswerRow Answer = new()
    {
        Line = 3,
        CustomId = "ü-1",
        Image = "a/图.png",
        Question = "What's \"it\"?\n",
        RequestId = "batch_req_flow_3",
        ImageDigest = "00",
        Answer = "a <red> fox & 狐",
        FinishReason = "stop",
        VisualTokens = new VisualTokenCount(576, 192),
        PromptTokens = 220,
        CompletionTokens = 7,
        Work = default,
    };

    [Fact]
    public void A_simple_answer_has_exactly_these_fields_in_this_order() => Assert.Equal(
        """{"id":"ü-1","image":"a/图.png","question":"What's \"it\"?\n","answer":"a <red> fox & 狐","finish_reason":"stop","visual_tokens":{"total":576,"kept":192},"prompt_tokens":220,"completion_tokens":7}""" + "\n",
        Write(InputStyle.Simple, Answer));

    [Fact]
    public void The_submitters_other_fields_stand_behind_the_question()
    {
        const string Fields = """{"sku":"A-1","price":1.50}""";
        Assert.Contains(",\"sku\":\"A-1\",\"price\":1.50,\"answer\":", Write(InputStyle.Simple, Answer with { Carried = Fields }), StringComparison.Ordinal);
        var error = Error(RowErrorCode.ImageNotFound) with { Carried = Fields };
        Assert.Contains("," + Fields[1..^1] + ",\"error\":", Write(InputStyle.Simple, error), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2000, true)]
    [InlineData(2100, false)]
    public void An_error_carries_what_is_short(int length, bool isCarried)
    {
        var line = new BatchRequestLine { LineNumber = 1, CustomId = "a", Carried = $$"""{"note":"{{new string('n', length)}}"}""" };
        Assert.Equal(isCarried ? line.Carried : null, ErrorRow.For(BatchId.Parse("batch_flow"), line, RowErrorCode.ImageNotFound, "gone").Carried);
    }

    [Fact]
    public void Newlines_are_counted_where_there_are_any() => Assert.Contains(
        """
        "visual_tokens":{"total":2144,"kept":757,"newlines":64}
        """,
        Write(InputStyle.Simple, Answer with { VisualTokens = new VisualTokenCount(2144, 757, 64) }),
        StringComparison.Ordinal);

    [Fact]
    public void A_simple_error_says_where_and_why() => Assert.Equal(
        """{"id":"ü-1","image":"a/图.png","question":"q","error":{"code":"image_not_found","message":"gone"},"line":9}""" + "\n",
        Write(InputStyle.Simple, Error(RowErrorCode.ImageNotFound)));

    [Fact]
    public void An_openai_answer_is_a_chat_completion()
    {
        var line = JsonDocument.Parse(Write(InputStyle.OpenAi, Answer)).RootElement;
        Assert.Equal(["id", "custom_id", "response", "error"], line.EnumerateObject().Select(field => field.Name));
        Assert.Equal(("batch_req_flow_3", "ü-1", JsonValueKind.Null), (line.GetProperty("id").GetString(), line.GetProperty("custom_id").GetString(), line.GetProperty("error").ValueKind));
        var response = line.GetProperty("response");
        Assert.Equal(200, response.GetProperty("status_code").GetInt32());
        Assert.NotEmpty(response.GetProperty("request_id").GetString()!);
        var body = response.GetProperty("body");
        Assert.Equal(("chat.completion", "tiny", 77), (body.GetProperty("object").GetString(), body.GetProperty("model").GetString(), body.GetProperty("created").GetInt32()));
        var choice = Assert.Single(body.GetProperty("choices").EnumerateArray());
        Assert.Equal((0, "stop", JsonValueKind.Null), (choice.GetProperty("index").GetInt32(), choice.GetProperty("finish_reason").GetString(), choice.GetProperty("logprobs").ValueKind));
        Assert.Equal(("assistant", Answer.Answer), (choice.GetProperty("message").GetProperty("role").GetString(), choice.GetProperty("message").GetProperty("content").GetString()));
        var usage = body.GetProperty("usage");
        Assert.Equal((220, 7, 227), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32()));
        var details = usage.GetProperty("prompt_tokens_details");
        Assert.Equal((192, 28), (details.GetProperty("image_tokens").GetInt32(), details.GetProperty("text_tokens").GetInt32()));
        Assert.Equal(576, body.GetProperty("resprune").GetProperty("visual_tokens").GetProperty("total").GetInt32());
    }

    [Fact]
    public void Every_openai_error_has_either_an_http_answer_or_a_top_level_error()
    {
        RowErrorCode[] neverAnswered = [RowErrorCode.Timeout, RowErrorCode.EngineError, RowErrorCode.OutOfMemory, RowErrorCode.BatchCancelled, RowErrorCode.BatchExpired];
        foreach (var code in Enum.GetValues<RowErrorCode>())
        {
            var line = JsonDocument.Parse(Write(InputStyle.OpenAi, Error(code))).RootElement;
            Assert.Equal("ü-1", line.GetProperty("custom_id").GetString());
            if (neverAnswered.Contains(code))
            {
                Assert.Equal(JsonValueKind.Null, line.GetProperty("response").ValueKind);
                Assert.Equal((code.ToName(), "gone"), (line.GetProperty("error").GetProperty("code").GetString(), line.GetProperty("error").GetProperty("message").GetString()));
                continue;
            }

            Assert.Equal(JsonValueKind.Null, line.GetProperty("error").ValueKind);
            Assert.Equal(400, line.GetProperty("response").GetProperty("status_code").GetInt32());
            var error = line.GetProperty("response").GetProperty("body").GetProperty("error");
            Assert.Equal((code.ToName(), "gone", "invalid_request_error"), (error.GetProperty("code").GetString(), error.GetProperty("message").GetString(), error.GetProperty("type").GetString()));
        }
    }

    [Fact]
    public void Codes_have_the_same_word_in_files_and_metrics()
    {
        foreach (var code in Enum.GetValues<RowErrorCode>())
            Assert.Equal($"\"{code.ToName()}\"", JsonSerializer.Serialize(code));
        Assert.Equal("image_outside_input", RowErrorCode.ImageOutsideInput.ToName());
    }

    private static ErrorRow Error(RowErrorCode code) => new()
    {
        Line = 9,
        CustomId = "ü-1",
        Image = "a/图.png",
        Question = "q",
        RequestId = "batch_req_flow_9",
        Code = code,
        Message = "gone",
    };

    private static string Write(InputStyle style, ResultRow row)
    {
        var buffer = new ArrayBufferWriter<byte>();
        ResultLineWriter.Write(buffer, style, "tiny", row, createdAt: 77);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

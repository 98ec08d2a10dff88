using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Tests.Manifests;

public sealed class OpenAiLineTests
{
    private const string Content = """[{"type":"text","text":"what?"},{"type":"image_url","image_url":{"url":"a/x.png","detail":"low"}}]""";

    [Fact]
    public async Task An_openai_line_becomes_a_request()
    {
        var row = await Lines.OneAsync(Line(Body(Content)), InputStyle.OpenAi);
        Assert.Equal(new BatchRequestLine { LineNumber = 1, CustomId = "r-1", Image = "a/x.png", Question = "what?" }, row);
    }

    [Fact]
    public async Task The_lines_own_sampling_goes_over_the_jobs()
    {
        var row = await Lines.OneAsync(
            Line(Body(Content, ""","max_tokens":5,"max_completion_tokens":9,"temperature":0.5,"top_p":0.25,"top_k":-1,"seed":-3""")), InputStyle.OpenAi);
        Assert.Null(row.Fault);
        Assert.Equal(new SamplingOverride(9, 0.5, 0.25, 0, -3), row.Sampling);
        var spec = new ResPrune.Batch.Batches.BatchSpec { Model = "m", MaxTokens = 64, TopK = 4 };
        Assert.Equal(new ResPrune.Batch.Batches.RowSampling(9, 0.5, 0.25, 0, -3), spec.SamplingFor(row));
        var plain = await Lines.OneAsync(Line(Body(Content, ""","temperature":null""")), InputStyle.OpenAi);
        Assert.Equal(new ResPrune.Batch.Batches.RowSampling(64, null, null, 4, 0), spec.SamplingFor(plain));
    }

    [Fact]
    public async Task Several_texts_are_one_question()
    {
        var content = """[{"type":"text","text":"one"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}},{"type":"text","text":"two"}]""";
        var row = await Lines.OneAsync(Line(Body(content)), InputStyle.OpenAi);
        Assert.Equal(("one\ntwo", "data:image/png;base64,AA=="), (row.Question, row.Image));
    }

    [Theory]
    [InlineData(""","model":"gpt","user":"u","n":1,"stream":false,"stop":null,"tools":[],"response_format":{"type":"text"},"presence_penalty":0""")]
    [InlineData(""","metadata":{"a":"b"},"logprobs":false,"logit_bias":{},"frequency_penalty":0.0""")]
    [InlineData(""","n":1e0,"presence_penalty":0.00,"stop":[ ],"logit_bias":{ },"response_format":{ "type" : "te\u0078t" },"modalities":[ "text" ]""")]
    public async Task Fields_that_ask_for_nothing_are_taken(string fields) =>
        Assert.Null((await Lines.OneAsync(Line(Body(Content, fields)), InputStyle.OpenAi)).Fault);

    [Theory]
    [InlineData(""","n":2""", "body.n")]
    [InlineData(""","stream":true""", "body.stream")]
    [InlineData(""","stop":["x"]""", "body.stop")]
    [InlineData(""","tools":[{}]""", "body.tools")]
    [InlineData(""","response_format":{"type":"json_object"}""", "body.response_format")]
    [InlineData(""","api_base":"http://x" """, "body.api_base")]
    [InlineData(""","temperature":"hot" """, "body.temperature")]
    [InlineData(""","temperature":-1""", "body.temperature")]
    [InlineData(""","top_p":0""", "body.top_p")]
    [InlineData(""","top_p":1.01""", "body.top_p")]
    [InlineData(""","max_tokens":0""", "body.max_tokens")]
    [InlineData(""","max_tokens":1.5""", "body.max_tokens")]
    [InlineData(""","seed":1e30""", "body.seed")]
    public async Task What_would_change_the_answer_is_refused_by_name(string fields, string named)
    {
        var row = await Lines.OneAsync(Line(Body(Content, fields)), InputStyle.OpenAi);
        Assert.Equal((RowErrorCode.UnsupportedRequest, "r-1", true), (row.Fault!.Code, row.CustomId, row.HasOwnId));
        Assert.Contains($"'{named}'", row.Fault.Message, StringComparison.Ordinal);
        Assert.Equal("a/x.png", row.Image);
    }

    [Theory]
    [InlineData("""{"method":"POST","url":"/v1/chat/completions","body":{}}""", RowErrorCode.MissingField, "custom_id")]
    [InlineData("""{"custom_id":"r","url":"/v1/chat/completions","body":{}}""", RowErrorCode.MissingField, "method")]
    [InlineData("""{"custom_id":"r","method":"GET","url":"/v1/chat/completions","body":{}}""", RowErrorCode.UnsupportedRequest, "GET")]
    [InlineData("""{"custom_id":"r","method":"POST","url":"/v1/embeddings","body":{}}""", RowErrorCode.UnsupportedRequest, "/v1/embeddings")]
    [InlineData("""{"custom_id":"r","method":"POST","url":"/v1/chat/completions"}""", RowErrorCode.MissingField, "body")]
    [InlineData("""{"custom_id":"r","method":"POST","url":"/v1/chat/completions","body":"x"}""", RowErrorCode.UnsupportedRequest, "body")]
    [InlineData("""{"custom_id":"r","method":"POST","url":"/v1/chat/completions","body":{}}""", RowErrorCode.MissingField, "body.messages")]
    public async Task A_bad_envelope_is_a_row(string line, RowErrorCode code, string named)
    {
        var row = await Lines.OneAsync(line, InputStyle.OpenAi);
        Assert.Equal(code, row.Fault!.Code);
        Assert.Contains(named, row.Fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[]""", RowErrorCode.MissingField)]
    [InlineData("\"only text\"", RowErrorCode.MissingField)]
    [InlineData("""[{"type":"text","text":"q"}]""", RowErrorCode.MissingField)]
    [InlineData("""[{"type":"image_url","image_url":{"url":"x"}}]""", RowErrorCode.QuestionEmpty)]
    [InlineData("""[{"type":"image_url","image_url":{}},{"type":"text","text":"q"}]""", RowErrorCode.MissingField)]
    [InlineData("""[{"type":"image_url","image_url":{"url":""}},{"type":"text","text":"q"}]""", RowErrorCode.MissingField)]
    [InlineData("""[{"type":"image_url","image_url":"x"},{"type":"text","text":"q"}]""", RowErrorCode.UnsupportedRequest)]
    [InlineData("""[{"type":"image_url","image_url":{"url":"x"}},{"type":"image_url","image_url":{"url":"y"}}]""", RowErrorCode.UnsupportedRequest)]
    [InlineData("""[{"type":"input_audio"}]""", RowErrorCode.UnsupportedRequest)]
    [InlineData("""["x"]""", RowErrorCode.UnsupportedRequest)]
    public async Task A_bad_content_is_a_row(string content, RowErrorCode code) =>
        Assert.Equal(code, (await Lines.OneAsync(Line(Body(content)), InputStyle.OpenAi)).Fault!.Code);

    [Theory]
    [InlineData("""[{"role":"system","content":"be brief"},{"role":"user","content":[]}]""")]
    [InlineData("""[{"role":"assistant","content":[]}]""")]
    [InlineData("""[]""")]
    [InlineData("""[1]""")]
    public async Task Other_conversations_are_refused(string messages)
    {
        var row = await Lines.OneAsync(Line($$"""{"messages":{{messages}}}"""), InputStyle.OpenAi);
        Assert.Equal(RowErrorCode.UnsupportedRequest, row.Fault!.Code);
    }

    private static string Line(string body) => $$"""{"custom_id":"r-1","method":"POST","url":"/v1/chat/completions","body":{{body}}}""";

    private static string Body(string content, string fields = "") => $$"""{"messages":[{"role":"user","content":{{content}}}]{{fields}}}""";
}

using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Tests.Manifests;

public sealed class SimpleLineSamplingTests
{
    [Fact]
    public async Task A_simple_line_has_its_own_sampling()
    {
        var row = await Lines.OneAsync(With(""","max_tokens":64.0,"temperature":0.5,"top_p":0.9,"top_k":5,"seed":7e0,"note":"mine","n":1.0"""));
        Assert.Equal((new SamplingOverride(64, 0.5, 0.9, 5, 7), null), (row.Sampling, row.Fault));
    }

    [Theory]
    [InlineData("\"1/3\"", "1/3")]
    [InlineData("0.25", "0.25")]
    [InlineData("64", "64")]
    [InlineData("null", null)]
    public async Task A_line_has_its_own_token_budget(string written, string? keep)
    {
        Assert.Equal(keep, (await Lines.OneAsync(With($",\"keep\":{written}"))).Keep);
        var openAi = $$$"""{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"keep":{{{written}}},"messages":[{"role":"user","content":[{"type":"text","text":"q"},{"type":"image_url","image_url":{"url":"x"}}]}]}}""";
        var line = await Lines.OneAsync(openAi, InputStyle.OpenAi);
        Assert.Equal((keep, null), (line.Keep, line.Fault));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData(""","keep":"all","seed":1""", null)]
    [InlineData(""","sku":"A-1","price":1.50,"tags":["x",{"y":null}],"ü":"狐" """, """{"sku":"A-1","price":1.50,"tags":["x",{"y":null}],"ü":"狐"}""")]
    [InlineData(""","answer":"old","input_answer":1""", """{"input_answer_":"old","input_answer":1}""")]
    public async Task Other_fields_are_carried(string fields, string? carried) => Assert.Equal(carried, (await Lines.OneAsync(With(fields))).Carried);

    [Fact]
    public async Task A_line_without_an_id_carries_its_fields_too() =>
        Assert.Equal("""{"sku":7}""", (await Lines.OneAsync("""{"image":"x","question":"q","sku":7}""")).Carried);

    [Theory]
    [InlineData(""","max_tokens":0""", "'max_tokens'")]
    [InlineData(""","temperature":"hot" """, "'temperature'")]
    [InlineData(""","n":2""", "'n'")]
    [InlineData(""","keep":[1]""", "'keep'")]
    public async Task What_an_OpenAI_line_refuses_is_refused_by_name(string fields, string words)
    {
        var row = await Lines.OneAsync(With(fields));
        Assert.Equal((RowErrorCode.UnsupportedRequest, "a"), (row.Fault!.Code, row.CustomId));
        Assert.Contains(words, row.Fault.Message, StringComparison.Ordinal);
    }

    private static string With(string fields) => $$"""{"id":"a","image":"x","question":"q"{{fields}}}""";
}

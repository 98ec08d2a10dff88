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
    [InlineData(""","max_tokens":0""", "'max_tokens'")]
    [InlineData(""","temperature":"hot" """, "'temperature'")]
    [InlineData(""","n":2""", "'n'")]
    public async Task What_an_OpenAI_line_refuses_is_refused_by_name(string fields, string words)
    {
        var row = await Lines.OneAsync(With(fields));
        Assert.Equal((RowErrorCode.UnsupportedRequest, "a"), (row.Fault!.Code, row.CustomId));
        Assert.Contains(words, row.Fault.Message, StringComparison.Ordinal);
    }

    private static string With(string fields) => $$"""{"id":"a","image":"x","question":"q"{{fields}}}""";
}

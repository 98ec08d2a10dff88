using System.Text;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Tests.Manifests;

public sealed class ManifestReaderTests
{
    private const int Most = 1 << 17;
    private const string Good = """{"id":"a","image":"x.png","question":"what?"}""";

    [Fact]
    public async Task A_simple_line_becomes_a_request()
    {
        var row = await Lines.OneAsync(Good);
        Assert.Equal(new BatchRequestLine { LineNumber = 1, CustomId = "a", Image = "x.png", Question = "what?" }, row);
    }

    [Fact]
    public async Task Bytes_around_the_lines_do_not_matter()
    {
        var expected = await Lines.ReadAsync($"{Good}\n{Good}\n");
        Assert.Equal(expected, await Lines.ReadAsync($"{Good}\n{Good}"));
        Assert.Equal(expected, await Lines.ReadAsync($"{Good}\r\n{Good}\r\n"));
        Assert.Equal(expected, await Lines.ReadAsync($"\uFEFF{Good}\n{Good}"));
        var apart = await Lines.ReadAsync($"\uFEFF\n \t\r\n{Good}\n\n\n{Good}\n\n");
        Assert.Equal([3L, 6L], apart.Select(row => row.LineNumber));
        Assert.Equal(expected.Select(row => row.CustomId), apart.Select(row => row.CustomId));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n\r\n")]
    [InlineData("\uFEFF")]
    [InlineData("  \n\t")]
    public async Task Nothing_but_blanks_has_no_rows(string content) => Assert.Empty(await Lines.ReadAsync(content));

    [Theory]
    [InlineData("not json", RowErrorCode.InvalidJsonLine, "line-1 (no id)")]
    [InlineData("{\"id\":\"a\"", RowErrorCode.InvalidJsonLine, "a")]
    [InlineData("[1]", RowErrorCode.InvalidJsonLine, "line-1 (no id)")]
    [InlineData("null", RowErrorCode.InvalidJsonLine, "line-1 (no id)")]
    [InlineData("{\"id\":\"a\",\"id\":\"b\",\"image\":\"x\",\"question\":\"q\"}", RowErrorCode.InvalidJsonLine, "line-1 (no id)")]
    [InlineData("{\"id\":\"\\ud800\",\"image\":\"x\",\"question\":\"q\"}", RowErrorCode.InvalidJsonLine, "line-1 (no id)")]
    [InlineData("{}", RowErrorCode.MissingField, "line-1 (no id)")]
    [InlineData("{\"id\":null,\"image\":\"x\",\"question\":\"q\"}", RowErrorCode.MissingField, "line-1 (no id)")]
    [InlineData("{\"id\":\"\",\"image\":\"x\",\"question\":\"q\"}", RowErrorCode.MissingField, "line-1 (no id)")]
    [InlineData("{\"id\":{},\"image\":\"x\",\"question\":\"q\"}", RowErrorCode.UnsupportedRequest, "line-1 (no id)")]
    [InlineData("{\"id\":1.5,\"image\":\"x\",\"question\":\"q\"}", RowErrorCode.UnsupportedRequest, "line-1 (no id)")]
    [InlineData("{\"id\":\"a\",\"question\":\"q\"}", RowErrorCode.MissingField, "a")]
    [InlineData("{\"id\":\"a\",\"image\":\"\",\"question\":\"q\"}", RowErrorCode.MissingField, "a")]
    [InlineData("{\"id\":\"a\",\"image\":7,\"question\":\"q\"}", RowErrorCode.UnsupportedRequest, "a")]
    [InlineData("{\"id\":\"a\",\"image\":\"x\"}", RowErrorCode.MissingField, "a")]
    [InlineData("{\"id\":\"a\",\"image\":\"x\",\"question\":\" \"}", RowErrorCode.QuestionEmpty, "a")]
    [InlineData("{\"id\":\"a\",\"image\":\"x\",\"question\":[]}", RowErrorCode.UnsupportedRequest, "a")]
    public async Task A_bad_simple_line_is_a_row_with_a_reason(string line, RowErrorCode code, string id)
    {
        var rows = await Lines.ReadAsync($"{line}\n{Good}");
        Assert.Equal(2, rows.Count);
        Assert.Equal((code, id, id == "a"), (rows[0].Fault!.Code, rows[0].CustomId, rows[0].HasOwnId));
        Assert.NotEmpty(rows[0].Fault!.Message);
        Assert.Null(rows[1].Fault);
    }

    [Fact]
    public async Task A_whole_number_is_an_id()
    {
        var row = await Lines.OneAsync("""{"id":9007199254740993,"image":"x","question":"q"}""");
        Assert.Equal(("9007199254740993", null), (row.CustomId, row.Fault));
    }

    [Fact]
    public async Task Text_of_any_script_comes_through()
    {
        var row = await Lines.OneAsync("""{"id":"图-Ü-🦊-\u00e9","image":"bilder/猫.png","question":"これは何ですか？"}""");
        Assert.Equal(("图-Ü-🦊-é", "bilder/猫.png", "これは何ですか？"), (row.CustomId, row.Image, row.Question));
    }

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_a_row()
    {
        byte[] line = [.. "{\"id\":\""u8, 0xC3, 0x28, .. "\",\"image\":\"x\",\"question\":\"q\"}\n"u8, .. Encoding.UTF8.GetBytes(Good)];
        var rows = await Lines.ReadAsync(line);
        Assert.Equal(RowErrorCode.InvalidJsonLine, rows[0].Fault!.Code);
        Assert.Equal("a", rows[1].CustomId);
    }

    [Theory]
    [InlineData(RequestLineParser.MaxIdLength, true)]
    [InlineData(RequestLineParser.MaxIdLength + 1, false)]
    public async Task An_id_has_a_longest_length(int length, bool taken)
    {
        var row = await Lines.OneAsync($$"""{"id":"{{new string('i', length)}}","image":"x","question":"q"}""");
        Assert.Equal(taken, row.HasOwnId);
    }

    [Fact]
    public async Task A_line_of_thirty_megabytes_is_read()
    {
        var image = "data:image/png;base64," + new string('A', 30 << 20);
        var row = await Lines.OneAsync($$"""{"id":"big","image":"{{image}}","question":"q"}""");
        Assert.Equal(image, row.Image);
        Assert.Equal("data:image/png;base64,… (31457280 bytes)", row.ImageLabel);
    }

    [Theory]
    [InlineData(Most, false)]
    [InlineData(Most + 1, true)]
    [InlineData(Most + 2, true)]
    [InlineData((Most * 4) + 17, true)]
    public async Task A_line_too_long_is_a_row_and_the_next_line_is_found(int bytes, bool tooLong)
    {
        const string Start = """{"id":"big","image":"x","question":"q","pad":""";
        var line = Start + '"' + new string('p', bytes - Start.Length - 3) + "\"}";
        foreach (var end in new[] { "\n", "\r\n" })
        {
            var rows = await Lines.ReadAsync(Encoding.UTF8.GetBytes(Good + end + line + end + Good), maxLineBytes: Most);
            Assert.Equal(3, rows.Count);
            Assert.Equal(tooLong ? RowErrorCode.InvalidJsonLine : null, rows[1].Fault?.Code);
            Assert.Equal(("big", true), (rows[1].CustomId, rows[1].HasOwnId));
            if (tooLong) Assert.Contains($"at most {Most} are read (--max-line)", rows[1].Fault!.Message, StringComparison.Ordinal);
            Assert.Equal((3L, "a"), (rows[2].LineNumber, rows[2].CustomId));
        }
    }

    [Fact]
    public async Task Deep_nesting_is_a_row()
    {
        var row = await Lines.OneAsync($$"""{"id":"a","image":"x","question":"q","deep":{{new string('[', 5000)}}{{new string(']', 5000)}}}""");
        Assert.Equal(RowErrorCode.InvalidJsonLine, row.Fault!.Code);
    }
}

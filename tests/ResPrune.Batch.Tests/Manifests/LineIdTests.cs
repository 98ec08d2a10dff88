using System.Text;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;

namespace ResPrune.Batch.Tests.Manifests;

public sealed class LineIdTests
{
    [Theory]
    [InlineData("{\"id\":\"a\",\"image\":\"\\ud800\",\"question\":\"q\"}")]
    [InlineData("{\"question\":\"\\ud800\",\"id\":\"a\",\"image\":\"x\"}")]
    [InlineData("{\"seed\":NaN,\"id\":\"a\"}")]
    [InlineData("{\"seed\":-Infinity,\"id\":\"\\u0061\"}")]
    [InlineData("{\"image\":\"x\",\"image\":\"y\",\"id\":\"a\"}")]
    [InlineData("{\"id\":\"a\",\"id\":\"a\"}")]
    [InlineData("{\"id\":\"a\"} trailing")]
    [InlineData("{\"id\":\"a\"}{\"id\":\"b\"}")]
    [InlineData("{\"id\":\"a\",\"question\":\"not ended")]
    [InlineData("{\"meta\":{\"id\":\"b\",\"x\":[\"id\",{}]},\"id\" : \"a\",}")]
    [InlineData("{\"q\":\"\\\"id\\\":\\\"b\\\"\",\"id\":\"a\",,}")]
    public async Task A_line_that_is_no_JSON_keeps_its_id(string line)
    {
        var row = await Lines.OneAsync(line);
        Assert.Equal((RowErrorCode.InvalidJsonLine, "a", true), (row.Fault!.Code, row.CustomId, row.HasOwnId));
        var openAi = await Lines.OneAsync(line.Replace("\"id\"", "\"custom_id\"", StringComparison.Ordinal), InputStyle.OpenAi);
        Assert.Equal(("a", true), (openAi.CustomId, openAi.HasOwnId));
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_and_deep_nesting_keep_the_id()
    {
        byte[] bad = [.. "{\"id\":\"a\",\"question\":\""u8, 0xC3, 0x28, .. "\"}"u8];
        Assert.Equal("a", Assert.Single(await Lines.ReadAsync(bad)).CustomId);
        Assert.Equal("a", (await Lines.OneAsync("{\"deep\":" + new string('[', 5000) + new string(']', 5000) + ",\"id\":\"a\"}")).CustomId);
    }

    [Fact]
    public async Task A_line_that_is_too_long_keeps_an_id_at_its_end()
    {
        var line = Encoding.UTF8.GetBytes("{\"question\":\"" + new string('q', (1 << 18) + 5) + "\",\"id\":17}");
        var row = Assert.Single(await Lines.ReadAsync(line, maxLineBytes: 1 << 17));
        Assert.Equal((RowErrorCode.InvalidJsonLine, "17", true), (row.Fault!.Code, row.CustomId, row.HasOwnId));
    }

    [Theory]
    [InlineData("{\"id\":\"a\",\"id\":\"b\"}")]
    [InlineData("{\"id\":\"\\ud800\",\"image\":\"x\"}")]
    [InlineData("{\"id\":[\"a\"],}")]
    [InlineData("{\"meta\":{\"id\":\"a\"},}")]
    [InlineData("[\"id\",\"a\"]")]
    [InlineData("}{\"id\":\"a\"}")]
    public async Task An_id_that_cannot_be_told_is_made_up(string line)
    {
        var row = await Lines.OneAsync(line);
        Assert.Equal(("line-1 (no id)", false), (row.CustomId, row.HasOwnId));
    }

    [Theory]
    [InlineData("\"line-1 (no id)\"")]
    [InlineData("\"line-99 (no id)\"")]
    [InlineData("1.0")]
    [InlineData("1e0")]
    [InlineData("-0")]
    [InlineData("true")]
    public async Task Ids_that_could_be_mistaken_are_refused(string id)
    {
        var row = await Lines.OneAsync($$"""{"id":{{id}},"image":"x","question":"q"}""");
        Assert.Equal((RowErrorCode.UnsupportedRequest, false), (row.Fault!.Code, row.HasOwnId));
        Assert.Contains("'id' is", row.Fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("123456789012345678901234567890", "123456789012345678901234567890")]
    [InlineData("-5", "-5")]
    [InlineData("\"line-1\"", "line-1")]
    [InlineData("\"1.0\"", "1.0")]
    public async Task Ids_are_taken_as_written(string id, string taken)
    {
        var row = await Lines.OneAsync($$"""{"id":{{id}},"image":"x","question":"q"}""");
        Assert.Equal((taken, null), (row.CustomId, row.Fault));
    }

    [Fact]
    public async Task Any_damage_behind_the_id_keeps_it_and_nothing_throws()
    {
        var random = new Random(14);
        var line = Encoding.UTF8.GetBytes("""{"id":"the-id","image":"x.png","question":"what \"is\" it?","seed":1,"more":{"id":[1,2]}}""");
        var start = "{\"id\":\"the-id\",".Length;
        for (var i = 0; i < 5000; i++)
        {
            var damaged = (byte[])line.Clone();
            for (var hits = random.Next(1, 4); hits > 0; hits--) damaged[random.Next(start + 10, damaged.Length)] = (byte)random.Next(0x20, 0x100);
            var row = Assert.Single(await Lines.ReadAsync(damaged[..random.Next(start, damaged.Length + 1)]));
            // Another "id" may have come up to the first level; then nobody can tell, but no wrong one is taken.
            Assert.True(row.CustomId is "the-id" or "line-1 (no id)", Encoding.Latin1.GetString(damaged));
        }
    }
}

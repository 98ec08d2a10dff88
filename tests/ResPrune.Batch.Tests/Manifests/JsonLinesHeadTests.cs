using System.Text;
using ResPrune.Batch.Manifests;

namespace ResPrune.Batch.Tests.Manifests;

public sealed class JsonLinesHeadTests
{
    private const string Line = "{\"id\":\"a\",\"image\":\"x\",\"question\":\"q\"}";

    [Theory]
    [InlineData("\uFEFF [\n" + Line + "]", "JSON array")]
    [InlineData("{\n  \"id\": 1\n}", "several lines")]
    [InlineData(Line + "\r" + Line, "CR alone")]
    [InlineData("id,image,question\n1,a.png,what?", "CSV")]
    [InlineData("PK\u0003\u0004", "ZIP")]
    [InlineData("\u0001\0\0\0", "binary")]
    public void What_the_whole_file_is_is_said(string content, string words) =>
        Assert.Contains(words, JsonLinesHead.FaultOf(Encoding.UTF8.GetBytes(content)), StringComparison.Ordinal);

    [Fact]
    public void UTF16_is_named_with_what_to_do()
    {
        byte[][] utf16 = [
            [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Line)], [0xFE, 0xFF, .. Encoding.BigEndianUnicode.GetBytes(Line)],
            Encoding.Unicode.GetBytes(Line), Encoding.BigEndianUnicode.GetBytes(Line)];
        Assert.All(utf16, content => Assert.Contains("iconv", JsonLinesHead.FaultOf(content), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF" + Line)]
    [InlineData("\r\n" + Line + "\r\n" + Line)]
    [InlineData("broken, line\n" + Line)]
    public void Lines_are_left_to_be_read(string content) => Assert.Null(JsonLinesHead.FaultOf(Encoding.UTF8.GetBytes(content)));
}

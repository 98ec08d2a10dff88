using System.Text;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Tests.Commit;

namespace ResPrune.Batch.Tests.Rows;

public sealed class EchoedTextTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("猫")]
    [InlineData("🦊")]
    public void A_long_text_is_cut_between_characters_and_says_so(string character)
    {
        var cut = EchoedText.Cut(string.Concat(Enumerable.Repeat(character, 10_000)));
        Assert.InRange(Encoding.UTF8.GetByteCount(cut), EchoedText.MaxBytes - 4, EchoedText.MaxBytes);
        Assert.EndsWith($"… (cut, {10_000 * Encoding.UTF8.GetByteCount(character)} bytes)", cut, StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', cut);
    }

    [Fact]
    public void A_text_that_just_fits_is_left() => Assert.Equal(new string('a', 2048), EchoedText.Cut(new string('a', 2048)));

    [Fact]
    public void An_error_row_repeats_little_and_its_id_whole()
    {
        var id = new string('i', 5000);
        var line = new BatchRequestLine { LineNumber = 1, CustomId = id, Image = new string('x', 9000), Question = new string('q', 1 << 20) };
        var row = ErrorRow.For(BatchFlow.Id, line, RowErrorCode.ImageNotFound, new string('m', 9000));
        Assert.Equal(id, row.CustomId);
        Assert.All([row.Image, row.Question, row.Message], text => Assert.Equal(2048, Encoding.UTF8.GetByteCount(text)));
    }
}

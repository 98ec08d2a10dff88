using Microsoft.Extensions.Time.Testing;
using ResPrune.Batch.Batches;

namespace ResPrune.Batch.Tests.Batches;

public sealed class BatchIdTests
{
    [Fact]
    public void Ids_made_later_sort_later_and_none_is_made_twice()
    {
        var time = new FakeTimeProvider();
        var ids = new List<string>();
        for (var i = 0; i < 50; i++)
        {
            ids.Add(BatchId.New(time).Value);
            time.Advance(TimeSpan.FromMilliseconds(2));
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), ids);
        Assert.Equal(50, ids.Distinct().Count());
        Assert.All(ids, id => Assert.True(BatchId.TryParse(id, out _)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("ä")]
    [InlineData("a b")]
    public void Text_that_could_not_be_a_blob_name_is_no_id(string? text)
    {
        Assert.False(BatchId.TryParse(text, out _));
        if (text is null) return;
        Assert.Contains(text, Assert.Throws<FormatException>(() => BatchId.Parse(text)).Message, StringComparison.Ordinal);
        Assert.Throws<FormatException>(() => AttemptId.Parse(text));
    }

    [Fact]
    public void A_request_id_names_batch_and_line() =>
        Assert.Equal("batch_req_abc_17", BatchId.Parse("batch_abc").RequestId(17));
}

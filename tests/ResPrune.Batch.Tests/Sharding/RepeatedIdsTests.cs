using ResPrune.Batch.Sharding;

namespace ResPrune.Batch.Tests.Sharding;

public sealed class RepeatedIdsTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(50_000)]
    [InlineData(10_000_000)]
    public void Exactly_the_repeated_ids_are_found_however_full_the_filter(long inputBytes)
    {
        var random = new Random(3);
        var ids = Enumerable.Range(0, 60_000).Select(_ => $"ü🦊 {random.Next(50_000)}").ToList();
        var repeated = new RepeatedIds(inputBytes);
        foreach (var id in ids) repeated.Note(id);
        Assert.True(repeated.HasSuspects);
        var seen = new HashSet<string>();
        Assert.All(ids, id => Assert.Equal(!seen.Add(id), repeated.IsRepeated(id)));
    }

    [Fact]
    public void Few_ids_that_differ_need_no_second_look()
    {
        var repeated = new RepeatedIds(10_000_000);
        for (var i = 0; i < 500; i++) repeated.Note($"{i}");
        Assert.False(repeated.HasSuspects);
    }
}

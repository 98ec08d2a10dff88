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
        var seen = new HashSet<string>();
        Assert.All(ids, id => Assert.Equal(!seen.Add(id), repeated.IsRepeated(id)));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(100_000)]
    public void Of_ids_that_differ_hardly_any_is_suspected(int rows)
    {
        const int LineBytes = 150;
        var repeated = new RepeatedIds((long)rows * LineBytes);
        for (var row = 0; row < rows; row++) repeated.Note($"row-{row}");
        Assert.InRange(repeated.Suspects, 0, rows / 200);
    }
}

using System.Text;
using System.Text.Json;
using ResPrune.Batch.Json;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Sharding;

namespace ResPrune.Batch.Tests.Sharding;

public class ShardCutterTests
{
    [Fact]
    public void A_shard_is_full_by_its_bytes_too_and_a_line_longer_than_that_has_one_of_its_own()
    {
        var shards = Cut([40, 40, 40, 500, 10, 10], new ShardCutter(rowsPerShard: 100, bytesPerShard: 100));
        Assert.Equal([(0, 80, 2), (80, 40, 1), (120, 500, 1), (620, 20, 2)], shards.Select(shard => ((int)shard.Offset, (int)shard.Length, shard.Rows)));
        Assert.Equal([1, 3, 4, 5], shards.Select(shard => shard.FirstLine));
    }

    [Fact]
    public void Equal_ids_in_a_row_are_one_range_however_many_they_are()
    {
        var cutter = new ShardCutter(rowsPerShard: 1_000_000);
        var shard = Assert.Single(Cut(Enumerable.Repeat(10, 500_000), cutter, line => line > 1));
        Assert.Equal([new LineRange(2, 500_000)], shard.DuplicateLines);
        Assert.True(JsonSerializer.SerializeToUtf8Bytes(shard, BatchJsonContext.Stored.ShardSpec).Length < 300);
        Assert.Equal([false, true, true, false], new long[] { 1, 2, 500_000, 500_001 }.Select(shard.IsDuplicate));
    }

    [Fact]
    public void Scattered_equal_ids_end_a_shard_before_its_line_of_the_plan_is_too_long_to_read()
    {
        var shards = Cut(Enumerable.Repeat(10, 20_000), new ShardCutter(rowsPerShard: 1_000_000), line => line % 2 == 0);
        Assert.Equal(20_000, shards.Sum(shard => shard.Rows));
        Assert.Equal(10_000, shards.Sum(shard => shard.DuplicateLines.Count));
        Assert.All(shards, shard =>
        {
            Assert.InRange(shard.DuplicateLines.Count, 1, ShardCutter.DefaultRangesPerShard);
            Assert.True(JsonSerializer.SerializeToUtf8Bytes(shard, BatchJsonContext.Stored.ShardSpec).Length < ShardPlanner.MaxPlanLineBytes / 10);
        });
        Assert.All(Enumerable.Range(1, 20_000), line =>
        {
            var shard = shards.Last(shard => shard.FirstLine <= line);
            Assert.Equal(line % 2 == 0, shard.IsDuplicate(line));
        });
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[3]")]
    [InlineData("[3,[5,9],12]")]
    public void Ranges_are_numbers_and_pairs_in_the_plan(string json)
    {
        var line = $$"""{"ordinal":0,"offset":0,"length":1,"first_line":1,"rows":1,"id_sum":"0","duplicate_lines":{{json}}}""";
        line = line.Replace("\"id_sum\":\"0\"", "\"id_sum\":0", StringComparison.Ordinal);
        var shard = JsonSerializer.Deserialize(line, BatchJsonContext.Stored.ShardSpec)!;
        Assert.Contains($"\"duplicate_lines\":{json}", JsonSerializer.Serialize(shard, BatchJsonContext.Stored.ShardSpec), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("5")]
    [InlineData("[[5]]")]
    [InlineData("[[9,5]]")]
    [InlineData("[[5,9,10]]")]
    [InlineData("[\"5\"]")]
    public void What_is_no_range_is_refused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(
        $$"""{"ordinal":0,"offset":0,"length":1,"first_line":1,"rows":1,"id_sum":0,"duplicate_lines":{{json}}}""", BatchJsonContext.Stored.ShardSpec));

    [Fact]
    public void A_held_plan_gives_back_every_shard_as_it_was()
    {
        var shards = Cut(Enumerable.Range(1, 3000).Select(line => 5 + (line * 7 % 90)), new ShardCutter(rowsPerShard: 7), line => line % 50 is 3 or 4);
        var held = new ShardList();
        foreach (var shard in shards) held.Add(shard);
        Assert.Equal(shards.Select(Text), held.Select(Text));
        Assert.Throws<ArgumentException>(() => held.Add(shards[0]));

        static string Text(ShardSpec shard) => JsonSerializer.Serialize(shard, BatchJsonContext.Stored.ShardSpec);
    }

    private static List<ShardSpec> Cut(IEnumerable<int> lengths, ShardCutter cutter, Func<long, bool>? isDuplicate = null)
    {
        var shards = new List<ShardSpec>();
        var (number, offset) = (1L, 0L);
        foreach (var length in lengths)
        {
            var line = new RawLine(number, offset, length, Encoding.UTF8.GetBytes("{}"), false);
            var row = new BatchRequestLine { LineNumber = number, CustomId = $"id-{number}", HasOwnId = true };
            if (cutter.AddRow(line, row, isDuplicate?.Invoke(number) == true) is { } full) shards.Add(full);
            number++;
            offset += length;
        }

        if (cutter.Finish() is { } last) shards.Add(last);
        return shards;
    }
}

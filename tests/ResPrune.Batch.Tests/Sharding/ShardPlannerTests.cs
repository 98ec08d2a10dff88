using System.Text;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Rows;
using ResPrune.Batch.Sharding;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Commit;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Sharding;

public sealed class ShardPlannerTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Shards_of_any_input_are_the_input_and_read_the_same_rows()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var text = RandomInput(random);
            var rowsPerShard = random.Next(1, 9);
            var (planned, flow, store) = await PlanAsync(text, rowsPerShard);
            var bytes = Encoding.UTF8.GetBytes(text);
            var whole = new List<BatchRequestLine>();
            await foreach (var line in ManifestReader.ReadAsync(new MemoryStream(bytes), InputStyle.Simple, BatchSpec.DefaultMaxLineBytes, 1, 0, None)) whole.Add(line);
            var (rows, end) = (new List<BatchRequestLine>(), 0L);
            foreach (var shard in planned.Plan.Shards)
            {
                Assert.Equal((end, rows.Count == 0 ? 1 : shard.FirstLine), (shard.Offset, shard.FirstLine));
                Assert.InRange(shard.Rows, 1, rowsPerShard);
                var read = await ReadAsync(flow, planned, shard);
                Assert.Equal(shard.Rows, read.Count);
                Assert.True(read[0].LineNumber >= shard.FirstLine);
                rows.AddRange(read);
                end += shard.Length;
            }

            Assert.True(bytes.Length == end, $"seed {seed}: shards end at {end} of {bytes.Length}");
            Assert.All(planned.Plan.Shards.SkipLast(1), shard => Assert.Equal(rowsPerShard, shard.Rows));
            AssertSameButDuplicates(whole, rows, seed);
            Assert.Equal(planned.Plan.Shards.Select(Flat), (await new ShardPlanner(store, TimeProvider.System).ReadPlanAsync(BatchFlow.Id, None)).Shards.Select(Flat));
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(64, 1)]
    [InlineData(65, 2)]
    [InlineData(128, 2)]
    public async Task A_shard_has_sixty_four_rows_unless_asked_otherwise(int rows, int shards)
    {
        var text = string.Concat(Enumerable.Range(0, rows).Select(row => $$"""{"id":"{{row}}","image":"a.png","question":"q"}""" + "\n"));
        var (planned, _, _) = await PlanAsync(text, new BatchSpec { Model = "m" }.RowsPerShard);
        Assert.Equal((shards, (long)rows), (planned.Plan.Shards.Count, planned.Plan.Shards.Sum(shard => (long)shard.Rows)));
        Assert.Equal(new PlanReference(BatchBlobs.Plan(BatchFlow.Id), shards, rows), planned.Record.Plan);
        Assert.Equal((BatchStatus.InProgress, (long)rows), (planned.Record.Status, planned.Record.RequestCounts.Total));
    }

    [Fact]
    public async Task A_repeated_id_is_a_row_in_whatever_shard_and_the_first_one_stands()
    {
        var (planned, flow, _) = await PlanAsync(
            """
            {"id":"x","image":"a.png","question":"first"}
            {"id":"y","image":"a.png","question":"q"}
            {"id":"x","image":"a.png","question":"second"}

            {"id":"x","image":"a.png","question":"third"}
            """,
            1);
        var rows = new List<BatchRequestLine>();
        foreach (var shard in planned.Plan.Shards) rows.AddRange(await ReadAsync(flow, planned, shard));
        Assert.Equal([null, null, RowErrorCode.DuplicateId, RowErrorCode.DuplicateId], rows.Select(row => row.Fault?.Code));
        Assert.Equal(["x", "y", "x", "x"], rows.Select(row => row.CustomId));
    }

    [Fact]
    public async Task An_id_first_seen_on_a_bad_line_is_taken()
    {
        var (planned, flow, _) = await PlanAsync("{\"id\":\"x\",\"question\":\"q\"}\n{\"id\":\"x\",\"image\":\"a.png\",\"question\":\"q\"}", 5);
        var rows = await ReadAsync(flow, planned, Assert.Single(planned.Plan.Shards));
        Assert.Equal([RowErrorCode.MissingField, RowErrorCode.DuplicateId], rows.Select(row => row.Fault!.Code));
    }

    [Fact]
    public async Task A_plan_is_made_once()
    {
        var (planned, flow, store) = await PlanAsync("{\"id\":\"x\",\"image\":\"a.png\",\"question\":\"q\"}", 5);
        var etag = (await store.GetPropertiesAsync(BatchBlobs.Plan(BatchFlow.Id), None))!.ETag;
        var again = await flow.PlanAsync();
        Assert.Equal(planned.Plan.Shards.Select(Flat), again.Plan.Shards.Select(Flat));
        Assert.Equal(etag, (await store.GetPropertiesAsync(BatchBlobs.Plan(BatchFlow.Id), None))!.ETag);
    }

    [Fact]
    public async Task A_changed_or_missing_input_is_refused()
    {
        var (planned, flow, store) = await PlanAsync("{\"id\":\"x\",\"image\":\"a.png\",\"question\":\"q\"}", 5);
        var text = (await store.GetAsync(BatchBlobs.Input(BatchFlow.Id)))!;
        await store.PutAsync(BatchBlobs.Input(BatchFlow.Id), text.Replace("a.png", "b.png", StringComparison.Ordinal));
        await Assert.ThrowsAsync<BatchCorruptedException>(() => ReadAsync(flow, planned, planned.Plan.Shards[0]));
        await store.DeleteAsync(BatchBlobs.Input(BatchFlow.Id), None);
        await Assert.ThrowsAsync<BatchCorruptedException>(() => ReadAsync(flow, planned, planned.Plan.Shards[0]));
    }

    [Fact]
    public async Task A_stored_input_without_rows_fails_the_batch()
    {
        var store = new InMemoryBlobStore();
        var written = await store.PutAsync(BatchBlobs.Input(BatchFlow.Id), "\n\n");
        var flow = new BatchFlow(store);
        await flow.Catalog.CreateAsync(
            new BatchRecord
            {
                Id = BatchFlow.Id,
                Model = "m",
                Status = BatchStatus.Validating,
                InputFileId = "x",
                CreatedAt = 1,
                Spec = BatchFlow.Spec(1),
                Input = new InputReference(BatchBlobs.Input(BatchFlow.Id), written.ETag!, 2, ""),
            },
            None);
        for (var i = 0; i < 2; i++)
        {
            var planned = await flow.PlanAsync();
            Assert.Equal((BatchStatus.Failed, "empty_input"), (planned.Record.Status, Assert.Single(planned.Record.Errors!.Data).Code));
            Assert.Empty(planned.Plan.Shards);
        }
    }

    [Fact]
    public async Task A_plan_that_is_not_the_one_of_the_record_is_refused()
    {
        var (_, flow, store) = await PlanAsync("{\"id\":\"x\",\"image\":\"a.png\",\"question\":\"q\"}\n{\"id\":\"y\",\"image\":\"a.png\",\"question\":\"q\"}", 1);
        var name = BatchBlobs.Plan(BatchFlow.Id);
        var shards = (await store.GetAsync(name))!.Split('\n');
        await store.PutAsync(name, shards[0] + "\n");
        var exception = await Assert.ThrowsAsync<BatchCorruptedException>(() => flow.Planner.EnsurePlannedAsync(BatchFlow.Id, None));
        Assert.Contains("1 shards of 1 rows, the record says 2 of 2", exception.Message, StringComparison.Ordinal);
        Assert.Equal(name, exception.Blob);
    }

    private static async Task<(PlannedBatch Planned, BatchFlow Flow, InMemoryBlobStore Store)> PlanAsync(string text, int rowsPerShard)
    {
        var store = new InMemoryBlobStore();
        var flow = new BatchFlow(store);
        await flow.SubmitAsync(await BatchFlow.SourceAsync(text), rowsPerShard);
        return (await flow.PlanAsync(), flow, store);
    }

    private static async Task<List<BatchRequestLine>> ReadAsync(BatchFlow flow, PlannedBatch planned, ShardSpec shard)
    {
        var rows = new List<BatchRequestLine>();
        await foreach (var row in flow.Reader.ReadAsync(planned.Record, shard, None)) rows.Add(row);
        return rows;
    }

    private static string Flat(ShardSpec shard) =>
        $"{shard.Ordinal} {shard.Offset} {shard.Length} {shard.FirstLine} {shard.Rows} {string.Join(',', shard.DuplicateLines.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}-{range.Last}"))}";

    private static void AssertSameButDuplicates(List<BatchRequestLine> whole, List<BatchRequestLine> rows, int seed)
    {
        Assert.Equal(whole.Select(row => row.LineNumber), rows.Select(row => row.LineNumber));
        var seen = new HashSet<string>();
        for (var i = 0; i < rows.Count; i++)
        {
            var repeated = whole[i].HasOwnId && !seen.Add(whole[i].CustomId);
            Assert.True(repeated == (rows[i].Fault?.Code == RowErrorCode.DuplicateId), $"seed {seed}, line {rows[i].LineNumber}");
            if (!repeated) Assert.Equal(whole[i], rows[i]);
        }
    }

    private static string RandomInput(Random random)
    {
        var text = new StringBuilder(random.Next(4) == 0 ? "\uFEFF" : "");
        var lines = random.Next(1, 40);
        for (var line = 0; line < lines; line++)
        {
            text.Append(random.Next(6) switch
            {
                0 when line > 0 => new string(' ', random.Next(3)),
                1 => "broken \ud83e\udd8a {",
                _ => $$"""{"id":"ü-{{random.Next(30)}}","image":"{{new string('i', random.Next(1, 300))}}","question":"q"}""",
            });
            if (line < lines - 1 || random.Next(2) == 0) text.Append(random.Next(3) == 0 ? "\r\n" : "\n");
        }

        return text.ToString();
    }
}

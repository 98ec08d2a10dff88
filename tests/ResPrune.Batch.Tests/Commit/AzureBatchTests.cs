using System.Text.Json;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Manifests;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Commit;

/// <summary>Whole batches in a container.</summary>
[Collection(AzuriteFixture.Name)]
public sealed class AzureBatchTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_batch_with_any_ids_and_a_line_of_two_megabytes_is_the_same_as_in_memory()
    {
        string[] ids =
        [
            "plain", "ü", "🦊🦊", "图像/一", "שלום", "a\u0301", "\u00e1", "../../etc/passwd", "a\\b", "tab\there", "quote\"d", "nul\0inside", "\u2028line", "zero\u200bwidth",
            "\ufffd", "\u202emirrored", new string('長', 512), " ", "#?%2e%2e", "batch.json",
        ];
        var picture = "data:image/png;base64," + Convert.ToBase64String(new byte[1_500_000]);
        var lines = ids.Select(id => Line(id, "a.png")).Append(Line("two megabytes", picture)).Append(Line("plain", "b.png")).Append(Line("last", "j.png"));
        var source = await BatchFlow.SourceAsync(string.Join('\n', lines));
        var memory = new InMemoryBlobStore();
        await new BatchFlow(memory).RunAsync(source, 4);
        var store = await azurite.NewStoreAsync("jobs of/a team");
        var record = await new BatchFlow(store).RunAsync(source, 4);
        Assert.Equal((BatchStatus.Completed, new BatchRequestCounts(ids.Length + 3, ids.Length + 2, 1)), (record.Status, record.RequestCounts));
        var (expected, published) = (await Published.ReadAsync(memory), await Published.ReadAsync(store));
        Assert.Equal((expected.Output, expected.Errors), (published.Output, published.Errors));
        Assert.Equal([.. ids, "two megabytes", "last"], published.AnsweredIds);
        Assert.Equal(["duplicate_id"], published.FailedCodes);
        Assert.Equal([BatchFlow.Id.Value], await store.FoldersAsync(BatchBlobs.Root));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_batch_of_no_line_fails_and_of_one_line_is_done(int rows)
    {
        var store = await azurite.NewStoreAsync();
        var source = await BatchFlow.SourceAsync(string.Concat(Enumerable.Range(0, rows).Select(row => Line($"{row}", "a.png"))) + "\n");
        if (rows == 0)
        {
            var exception = await Assert.ThrowsAsync<BatchInputException>(() => new BatchFlow(store).RunAsync(source, 5));
            Assert.Equal("empty_input", exception.Code);
            Assert.Empty(await store.NamesAsync());
            return;
        }

        Assert.Equal(BatchStatus.Completed, (await new BatchFlow(store).RunAsync(source, 5)).Status);
    }

    [Fact]
    public async Task An_input_that_changes_under_way_stops_the_batch_by_name()
    {
        var store = await azurite.NewStoreAsync();
        var flow = new BatchFlow(store);
        var source = await BatchFlow.SourceAsync(Line("1", "a.png") + "\n" + Line("2", "b.png"));
        await flow.SubmitAsync(source, 1);
        var planned = await flow.PlanAsync();
        await flow.WorkAsync(planned.Record, planned.Plan.Shards[0], source);
        await store.PutAsync(BatchBlobs.Input(BatchFlow.Id), (await store.GetAsync(BatchBlobs.Input(BatchFlow.Id)))!);
        var exception = await Assert.ThrowsAsync<BatchCorruptedException>(() => flow.WorkAsync(planned.Record, planned.Plan.Shards[1], source));
        Assert.Contains("its version changed", exception.Message, StringComparison.Ordinal);
        var copy = await CopyUnplannedAsync(store);
        await Assert.ThrowsAsync<BatchCorruptedException>(() => flow.Planner.EnsurePlannedAsync(copy, None));
    }

    // The same batch under another id, not planned yet, about the input that has changed.
    private static async Task<BatchId> CopyUnplannedAsync(IBlobStore store)
    {
        var catalog = new BatchCatalog(store);
        var record = (await catalog.ReadAsync(BatchFlow.Id, None))!.Record;
        var copy = BatchId.Parse("copy");
        await catalog.CreateAsync(record with { Id = copy, Plan = null, Status = BatchStatus.Validating }, None);
        return copy;
    }

    private static string Line(string id, string image) =>
        JsonSerializer.Serialize(new Dictionary<string, string> { ["id"] = id, ["image"] = image, ["question"] = $"what is {id.Length}?" });
}

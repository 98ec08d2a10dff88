using ResPrune.Batch.Batches;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Commit;
using ResPrune.Batch.Tests.Storage;

namespace ResPrune.Batch.Tests.Batches;

public sealed class BatchCatalogTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private readonly InMemoryBlobStore _store = new();
    private readonly BatchCatalog _catalog;

    public BatchCatalogTests() => _catalog = new BatchCatalog(_store);

    [Fact]
    public async Task A_record_is_created_once_and_replaced_only_from_its_current_version()
    {
        var created = (await _catalog.CreateAsync(Record("one"), None))!;
        Assert.Null(await _catalog.CreateAsync(Record("one"), None));
        var changed = created.Record with { Model = "two" };
        Assert.NotNull(await _catalog.TryReplaceAsync(created, changed, None));
        Assert.Null(await _catalog.TryReplaceAsync(created, changed with { Model = "three" }, None));
        Assert.Equal("two", (await _catalog.ReadAsync(created.Record.Id, None))!.Record.Model);
    }

    [Fact]
    public async Task Updates_that_race_all_count()
    {
        var id = (await _catalog.CreateAsync(Record("one"), None))!.Record.Id;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => _catalog.UpdateAsync(
            id, record => record with { RequestCounts = record.RequestCounts with { Completed = record.RequestCounts.Completed + 1 } }, None))));
        Assert.Equal(20, (await _catalog.ReadAsync(id, None))!.Record.RequestCounts.Completed);
    }

    [Fact]
    public async Task A_change_to_the_same_object_writes_nothing()
    {
        var created = (await _catalog.CreateAsync(Record("one"), None))!;
        await _catalog.UpdateAsync(created.Record.Id, record => record, None);
        Assert.Equal(created.ETag, (await _catalog.ReadAsync(created.Record.Id, None))!.ETag);
    }

    [Fact]
    public async Task An_unknown_batch_is_null_to_read_and_an_error_to_change()
    {
        Assert.Null(await _catalog.ReadAsync(BatchFlow.Id, None));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => _catalog.UpdateAsync(BatchFlow.Id, record => record, None));
    }

    [Fact]
    public async Task Records_are_listed_in_id_order_and_nothing_else_is()
    {
        foreach (var id in new[] { "b", "a", "c" }) await _catalog.CreateAsync(Record(id), None);
        await _store.PutAsync("batches/d/input.jsonl", "x");
        await _store.PutAsync("batches/a/attempts/batch.json", "x");
        await _store.PutAsync("batches/b@d/batch.json", "x");
        var ids = new List<string>();
        await foreach (var record in _catalog.ListAsync(None)) ids.Add(record.Id.Value);
        Assert.Equal(["a", "b", "c"], ids);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"id":"not an id"}""")]
    public async Task A_record_that_is_none_is_found(string content)
    {
        await _store.PutAsync(BatchBlobs.Record(BatchFlow.Id), content);
        var exception = await Assert.ThrowsAsync<BatchCorruptedException>(() => _catalog.ReadAsync(BatchFlow.Id, None));
        Assert.Equal(BatchBlobs.Record(BatchFlow.Id), exception.Blob);
    }

    [Fact]
    public async Task A_record_copied_to_another_batch_is_found()
    {
        await _catalog.CreateAsync(Record("one"), None);
        await _store.PutAsync(BatchBlobs.Record(BatchFlow.Id), (await _store.GetAsync("batches/one/batch.json"))!);
        await Assert.ThrowsAsync<BatchCorruptedException>(() => _catalog.ReadAsync(BatchFlow.Id, None));
    }

    private static BatchRecord Record(string id) => new()
    {
        Id = BatchId.Parse(id),
        Model = "m",
        Status = BatchStatus.InProgress,
        InputFileId = "i",
        CreatedAt = 1,
        Spec = new BatchSpec { Model = "m" },
        Input = new InputReference("i", "1", 1, "00"),
    };
}

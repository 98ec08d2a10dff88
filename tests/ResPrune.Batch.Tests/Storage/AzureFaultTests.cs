using System.Diagnostics;
using ResPrune.Azurite;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Storage;
using ResPrune.Batch.Tests.Commit;

namespace ResPrune.Batch.Tests.Storage;

/// <summary>A container behind a network that loses replies, cuts bodies and throttles.</summary>
[Collection(AzuriteFixture.Name)]
public sealed class AzureFaultTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static readonly AzureBlobStoreOptions Options = AzuriteFixture.Small with
    {
        Retries = 3,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        MaxRetryDelay = TimeSpan.FromMilliseconds(5),
        NetworkTimeout = TimeSpan.FromSeconds(2),
    };

    private readonly FaultyProxy _proxy = azurite.NewProxy();
    private string _container = "";
    private IBlobStore? _store;

    private IBlobStore Store => _store!;

    public async Task InitializeAsync()
    {
        _container = await azurite.NewContainerAsync();
        _store = await OpenAsync(Options);
    }

    public async Task DisposeAsync() => await _proxy.DisposeAsync();

    [Fact]
    public async Task A_write_whose_reply_was_lost_is_written()
    {
        _proxy.FailFirst(StorageFault.LoseReply, (method, _) => method == "PUT");
        var created = await Store.PutAsync("x", "one", BlobWriteCondition.CreateOnly);
        Assert.Equal(created.ETag, (await Store.GetPropertiesAsync("x", None))!.ETag);
        _proxy.FailFirst(StorageFault.LoseReply, (method, _) => method == "PUT");
        var replaced = await Store.PutAsync("x", "two", BlobWriteCondition.IfMatch(created.ETag!));
        Assert.Equal(replaced.ETag, (await Store.GetPropertiesAsync("x", None))!.ETag);
        Assert.Equal("two", await Store.GetAsync("x"));
    }

    [Fact]
    public async Task An_upload_whose_replies_were_lost_is_written()
    {
        var content = new byte[300_000];
        new Random(1).NextBytes(content);
        _proxy.FailFirst(StorageFault.LoseReply, (method, _) => method == "PUT");
        await using (var upload = await Store.BeginUploadAsync("x", None))
        {
            await upload.Content.WriteAsync(content, None);
            var written = await upload.CompleteAsync(BlobWriteCondition.CreateOnly, None);
            Assert.Equal(written.ETag, (await Store.GetPropertiesAsync("x", None))!.ETag);
        }

        Assert.Equal(content, (await Store.ReadAsync("x", content.Length, None))!.Bytes.ToArray());
        Assert.Contains(_proxy.Seen, request => request.Contains("comp=blocklist", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_whose_reply_was_lost_stays_a_refusal()
    {
        await Store.PutAsync("x", "another's");
        var stale = (await Store.GetPropertiesAsync("x", None))!.ETag;
        await Store.PutAsync("x", "a third's");
        foreach (var condition in new[] { BlobWriteCondition.CreateOnly, BlobWriteCondition.IfMatch(stale) })
        {
            _proxy.FailFirst(StorageFault.LoseReply, (method, _) => method == "PUT");
            Assert.False((await Store.PutAsync("x", "mine", condition)).IsWritten);
        }

        Assert.Equal("a third's", await Store.GetAsync("x"));
    }

    [Fact]
    public async Task A_commit_whose_reply_was_lost_is_committed_and_another_attempt_has_lost()
    {
        var flow = new BatchFlow(Store);
        var source = await BatchFlow.SourceAsync("""{"id":"x","image":"a.png","question":"q"}""");
        await flow.SubmitAsync(source, 5);
        var planned = await flow.PlanAsync();
        var first = await flow.AttemptAsync(planned.Record, planned.Plan.Shards[0], source);
        var second = await flow.AttemptAsync(planned.Record, planned.Plan.Shards[0], source);
        _proxy.FailFirst(StorageFault.LoseReply, (method, target) => method == "PUT" && target.Contains("/commits/", StringComparison.Ordinal));
        Assert.Equal(CommitOutcome.Committed, (await flow.Ledger.TryCommitAsync(first, None)).Outcome);
        Assert.Equal(CommitOutcome.AlreadyCommittedBySameAttempt, (await flow.Ledger.TryCommitAsync(first, None)).Outcome);
        Assert.Equal(CommitOutcome.LostRace, (await flow.Ledger.TryCommitAsync(second, None)).Outcome);
    }

    [Fact]
    public async Task A_commit_whose_every_reply_was_lost_is_found_by_reading_the_record()
    {
        var flow = new BatchFlow(Store);
        var source = await BatchFlow.SourceAsync("""{"id":"x","image":"a.png","question":"q"}""");
        await flow.SubmitAsync(source, 5);
        var planned = await flow.PlanAsync();
        var attempt = await flow.AttemptAsync(planned.Record, planned.Plan.Shards[0], source);
        _proxy.Decide = (method, _) => method == "PUT" ? StorageFault.LoseReply : StorageFault.None;
        await Assert.ThrowsAnyAsync<IOException>(() => flow.Ledger.TryCommitAsync(attempt, None));
        _proxy.Decide = (_, _) => StorageFault.None;
        Assert.Equal(CommitOutcome.AlreadyCommittedBySameAttempt, (await flow.Ledger.TryCommitAsync(attempt, None)).Outcome);
    }

    [Theory]
    [InlineData(nameof(StorageFault.LoseReply))]
    [InlineData(nameof(StorageFault.LoseRequest))]
    [InlineData(nameof(StorageFault.CutReply))]
    [InlineData(nameof(StorageFault.Busy))]
    [InlineData(nameof(StorageFault.Throttled))]
    public async Task A_batch_whose_every_request_fails_once_ends_as_an_undisturbed_one(string fault)
    {
        var lines = string.Concat(Enumerable.Range(0, 23).Select(i => $$"""{"id":"{{i}} ü🦊","image":"{{(char)('a' + (i % 12))}}.png","question":"what is {{i}}?"}""" + "\n"));
        var source = await BatchFlow.SourceAsync(lines);
        var undisturbed = new InMemoryBlobStore();
        await new BatchFlow(undisturbed).RunAsync(source, 5);
        var expected = await Published.ReadAsync(undisturbed);
        _proxy.FailFirst(Enum.Parse<StorageFault>(fault));
        var record = await new BatchFlow(Store).RunAsync(source, 5);
        Assert.Equal(BatchStatus.Completed, record.Status);
        var published = await Published.ReadAsync(Store);
        Assert.Equal((expected.Output, expected.Errors), (published.Output, published.Errors));
        published.AssertAnswersBelong();
    }

    [Fact]
    public async Task A_read_whose_every_reply_is_cut_goes_on_where_it_was()
    {
        var content = new byte[900_000];
        new Random(2).NextBytes(content);
        await Store.WriteAsync("x", content, BlobWriteCondition.Always, None);
        var gets = 0;
        _proxy.Decide = (method, _) => method == "GET" && ++gets <= 3 ? StorageFault.CutReply : StorageFault.None;
        await using var stream = await Store.OpenReadAsync("x", 1000, 800_000, None);
        using var read = new MemoryStream();
        await stream!.CopyToAsync(read);
        Assert.Equal(content[1000..801_000], read.ToArray());
        Assert.Equal(4, gets);
    }

    [Theory]
    [InlineData(nameof(StorageFault.Busy), "is busy (503 ServerBusy)")]
    [InlineData(nameof(StorageFault.Throttled), "is busy (429 TooManyRequests)")]
    [InlineData(nameof(StorageFault.LoseRequest), "cannot be reached")]
    public async Task A_fault_that_stays_ends_in_an_error_after_bounded_tries(string fault, string message)
    {
        _proxy.Decide = (_, _) => Enum.Parse<StorageFault>(fault);
        var before = _proxy.Seen.Count;
        var exception = await Assert.ThrowsAnyAsync<IOException>(() => Store.PutAsync("x", "y", BlobWriteCondition.CreateOnly));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.Equal(Options.Retries + 1, _proxy.Seen.Count - before);
        await Assert.ThrowsAnyAsync<IOException>(() => Store.ReadAsync("x", 10, None));
        await Assert.ThrowsAnyAsync<IOException>(() => Store.OpenReadAsync("x", 0, null, None));
        await Assert.ThrowsAnyAsync<IOException>(() => Store.NamesAsync());
        await Assert.ThrowsAnyAsync<IOException>(() => Store.FoldersAsync(""));
        await Assert.ThrowsAnyAsync<IOException>(() => Store.DeleteAsync("x", None));
        exception = await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => OpenAsync(Options));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_service_is_given_up_and_waiting_for_it_can_be_cancelled()
    {
        var hasty = await OpenAsync(Options with { Retries = 1, NetworkTimeout = TimeSpan.FromMilliseconds(200) });
        _proxy.Decide = (_, _) => StorageFault.Silence;
        var started = Stopwatch.GetTimestamp();
        var exception = await Assert.ThrowsAnyAsync<IOException>(() => hasty.PutAsync("x", "y"));
        Assert.Contains("did not answer in time", exception.Message, StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(20), $"took {Stopwatch.GetElapsedTime(started)}");
        using var cancelled = new CancellationTokenSource();
        var read = Store.ReadAsync("x", 10, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    [Fact]
    public async Task An_upload_overtaken_by_another_of_the_same_blob_says_so()
    {
        var large = new byte[200_000];
        await using var slow = await Store.BeginUploadAsync("x", None);
        await slow.Content.WriteAsync(large, None);
        await using (var fast = await Store.BeginUploadAsync("x", None))
        {
            await fast.Content.WriteAsync(large, None);
            Assert.True((await fast.CompleteAsync(BlobWriteCondition.Always, None)).IsWritten);
        }

        // Completing throws away the other's blocks: either nothing was lost, or the writer is told to write again.
        try
        {
            Assert.True((await slow.CompleteAsync(BlobWriteCondition.Always, None)).IsWritten);
        }
        catch (IOException exception)
        {
            Assert.Contains("write it again", exception.Message, StringComparison.Ordinal);
        }

        Assert.Equal(large.Length, (await Store.GetPropertiesAsync("x", None))!.Length);
    }

    private async Task<IBlobStore> OpenAsync(AzureBlobStoreOptions options)
    {
        var stores = new BlobStores(new BlobStoresOptions { ConnectionString = AzuriteServer.ConnectionStringThrough(_proxy.Port), Azure = options });
        return await stores.OpenAsync(BlobAddress.Parse($"azure:{_container}"), None);
    }
}

using System.Diagnostics;
using ResPrune.Azurite;
using ResPrune.Batch.Batches;
using ResPrune.Batch.Commit;
using ResPrune.Batch.Images;
using ResPrune.Batch.Rows;
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
        Retry = new StoreRetryOptions { Retries = 3, Delay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(5) },
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
        Assert.Equal(Options.Retry.Retries + 1, _proxy.Seen.Count - before);
        await AssertTriesAsync(() => Store.GetPropertiesAsync("x", None));
        await AssertTriesAsync(() => Store.ReadAsync("x", 10, None));
        await AssertTriesAsync(() => Store.OpenReadAsync("x", 0, null, None));
        await AssertTriesAsync(() => Store.NamesAsync());
        await AssertTriesAsync(() => Store.FoldersAsync(""));
        await AssertTriesAsync(() => Store.DeleteAsync("x", None));
        await AssertTriesAsync(() => Store.WithoutRetries.ReadAsync("x", 10, None), tries: 1);
        exception = await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => OpenAsync(Options));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_service_is_given_up_and_waiting_for_it_can_be_cancelled()
    {
        var hasty = await OpenAsync(Options with { Retry = Options.Retry with { Retries = 1 }, NetworkTimeout = TimeSpan.FromMilliseconds(200) });
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

    [Fact]
    public async Task Every_page_of_a_listing_is_asked_for_again_and_none_is_left_out()
    {
        for (var i = 0; i < 20; i++) await Store.PutAsync($"a/{i:00}", "x");
        _proxy.FailFirst(StorageFault.Busy, (method, target) => method == "GET" && target.Contains("comp=list", StringComparison.Ordinal));
        Assert.Equal(20, (await Store.NamesAsync("a/")).Count);
        _proxy.FailFirst(StorageFault.CutReply);
        Assert.Equal(20, (await Store.NamesAsync("a/")).Count);
    }

    [Fact]
    public async Task A_body_that_breaks_each_time_is_read_a_bounded_number_of_times()
    {
        await Store.WriteAsync("x", new byte[50_000], BlobWriteCondition.Always, None);
        _proxy.Decide = (method, _) => method == "GET" ? StorageFault.CutReply : StorageFault.None;
        await AssertTriesAsync(() => Store.ReadAsync("x", 50_000, None));
    }

    [Fact]
    public async Task A_wait_that_the_service_asks_for_is_kept_and_one_beyond_the_deadline_is_not_begun()
    {
        await Store.PutAsync("x", "y");
        var patient = await OpenAsync(Options with { Retry = Options.Retry with { Retries = 1 } });
        _proxy.RetryAfter = TimeSpan.FromMilliseconds(300);
        _proxy.FailFirst(StorageFault.Throttled);
        var started = Stopwatch.GetTimestamp();
        Assert.NotNull(await patient.ReadAsync("x", 10, None));
        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(290), $"took {Stopwatch.GetElapsedTime(started)}");
        _proxy.RetryAfter = TimeSpan.FromHours(1);
        _proxy.Decide = (_, _) => StorageFault.Throttled;
        await AssertTriesAsync(() => patient.ReadAsync("x", 10, None), tries: 1);
    }

    [Fact]
    public async Task A_request_ends_at_its_deadline_however_many_tries_are_left()
    {
        var store = await OpenAsync(Options with { Retry = new StoreRetryOptions { Retries = 100, Deadline = TimeSpan.FromSeconds(1) } });
        _proxy.Decide = (_, _) => StorageFault.Busy;
        var exception = await Assert.ThrowsAnyAsync<IOException>(() => store.ReadAsync("x", 10, None));
        Assert.Contains("is busy", exception.Message, StringComparison.Ordinal);
        _proxy.Decide = (_, _) => StorageFault.Silence;
        exception = await Assert.ThrowsAnyAsync<IOException>(() => store.ReadAsync("x", 10, None));
        Assert.Contains("did not answer in time", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(StorageFault.Busy))]
    [InlineData(nameof(StorageFault.LoseRequest))]
    [InlineData(nameof(StorageFault.CutReply))]
    public async Task An_image_that_fails_while_the_container_answers_is_a_row_error_after_as_many_tries_as_the_table_says(string fault)
    {
        await Store.PutAsync("bad.png", "some bytes of an image");
        _proxy.Decide = (_, target) => target.Contains("/bad.png", StringComparison.Ordinal) ? Enum.Parse<StorageFault>(fault) : StorageFault.None;
        var quick = new StoreRetryOptions { Delay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(2) };
        var fetcher = new ImageFetcher(new StoreImages(Store), urls: null, new ImageFetcherOptions { Retry = quick });
        var before = _proxy.Seen.Count;
        var failure = Assert.IsType<ImageFetchFailure>(await fetcher.FetchAsync("bad.png", None));
        Assert.Equal(RowErrorCode.ImageNotFound, failure.Code);
        Assert.Contains("tried 8 times", failure.Message, StringComparison.Ordinal);
        var requests = _proxy.Seen.Skip(before).ToList();
        Assert.Equal((8, 3), (requests.Count(IsImage), requests.Count(request => !IsImage(request))));
    }

    [Fact]
    public async Task A_wait_that_the_service_asks_for_an_image_is_kept_and_one_beyond_the_deadline_is_no_row_error()
    {
        await Store.PutAsync("slow.png", "bytes");
        var few = new StoreRetryOptions { Retries = 4, Delay = TimeSpan.Zero };
        var fetcher = new ImageFetcher(new StoreImages(Store), urls: null, new ImageFetcherOptions { Retry = few });
        _proxy.RetryAfter = TimeSpan.FromMilliseconds(300);
        _proxy.FailFirst(StorageFault.Throttled);
        var started = Stopwatch.GetTimestamp();
        Assert.IsType<FetchedImage>(await fetcher.FetchAsync("slow.png", None));
        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(290), $"took {Stopwatch.GetElapsedTime(started)}");
        _proxy.RetryAfter = TimeSpan.FromHours(1);
        _proxy.Decide = (_, _) => StorageFault.Throttled;
        await AssertTriesAsync(() => fetcher.FetchAsync("slow.png", None), tries: 1);
    }

    [Fact]
    public async Task An_image_in_a_container_that_is_away_is_no_row_error_and_not_asked_for_more_than_that()
    {
        _proxy.Decide = (_, _) => StorageFault.LoseRequest;
        var quick = new StoreRetryOptions { Delay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(2) };
        var fetcher = new ImageFetcher(new StoreImages(Store), urls: null, new ImageFetcherOptions { Retry = quick });
        var before = _proxy.Seen.Count;
        await Assert.ThrowsAnyAsync<IOException>(() => fetcher.FetchAsync("a.png", None));
        Assert.Equal((5, 1), (_proxy.Seen.Skip(before).Count(request => request.Contains("/a.png", StringComparison.Ordinal)), _proxy.Seen.Skip(before).Count(
            request => request.Contains("probe", StringComparison.Ordinal))));
    }

    private static bool IsImage(string request) => request.Contains("/bad.png", StringComparison.Ordinal);

    private async Task AssertTriesAsync(Func<Task> request, int? tries = null)
    {
        var before = _proxy.Seen.Count;
        await Assert.ThrowsAnyAsync<IOException>(request);
        Assert.Equal(tries ?? Options.Retry.Retries + 1, _proxy.Seen.Count - before);
    }

    private async Task<IBlobStore> OpenAsync(AzureBlobStoreOptions options)
    {
        var stores = new BlobStores(new BlobStoresOptions { ConnectionString = AzuriteServer.ConnectionStringThrough(_proxy.Port), Azure = options });
        return await stores.OpenAsync(BlobAddress.Parse($"azure:{_container}"), None);
    }
}

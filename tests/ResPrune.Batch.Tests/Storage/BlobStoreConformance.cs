using System.Text;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

/// <summary>What every store promises; each implementation runs all of it.</summary>
public abstract class BlobStoreConformance
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected abstract IBlobStore Store { get; }

    [Fact]
    public async Task An_absent_blob_is_null_everywhere()
    {
        Assert.Null(await Store.GetPropertiesAsync("a/b", None));
        Assert.Null(await Store.ReadAsync("a/b", 10, None));
        Assert.Null(await Store.OpenReadAsync("a/b", 0, null, None));
        Assert.False(await Store.DeleteAsync("a/b", None));
        Assert.Empty(await Store.NamesAsync());
        Assert.Empty(await Store.NamesAsync("a/"));
    }

    [Fact]
    public async Task A_written_blob_is_read_back_with_one_etag_everywhere()
    {
        var written = await Store.PutAsync("a/b.txt", "hello");
        Assert.True(written.IsWritten);
        var properties = await Store.GetPropertiesAsync("a/b.txt", None);
        var content = await Store.ReadAsync("a/b.txt", 5, None);
        Assert.Equal(new BlobProperties("a/b.txt", written.ETag!, 5), properties);
        Assert.Equal(written.ETag, content!.ETag);
        Assert.Equal("hello", Encoding.UTF8.GetString(content.Bytes.Span));
    }

    [Fact]
    public async Task An_empty_blob_is_a_blob()
    {
        await Store.PutAsync("empty", "");
        Assert.Equal(0, (await Store.GetPropertiesAsync("empty", None))!.Length);
        Assert.Equal("", await Store.GetAsync("empty"));
    }

    [Theory]
    [InlineData(0, null, "0123456789")]
    [InlineData(3, 4L, "3456")]
    [InlineData(8, 100L, "89")]
    [InlineData(10, null, "")]
    [InlineData(50, 5L, "")]
    [InlineData(2, 0L, "")]
    public async Task A_range_ends_where_the_blob_does(long offset, long? length, string expected)
    {
        await Store.PutAsync("digits", "0123456789");
        await using var stream = await Store.OpenReadAsync("digits", offset, length, None);
        using var reader = new StreamReader(stream!);
        Assert.Equal(expected, await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task A_stream_goes_on_with_the_version_it_was_opened_on()
    {
        await Store.PutAsync("x", "first version");
        await using var stream = await Store.OpenReadAsync("x", 0, null, None);
        await Store.PutAsync("x", "other");
        using var reader = new StreamReader(stream!);
        Assert.Equal("first version", await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task A_blob_larger_than_asked_for_is_not_read()
    {
        await Store.PutAsync("big", "0123456789");
        var exception = await Assert.ThrowsAsync<BlobTooLargeException>(() => Store.ReadAsync("big", 9, None));
        Assert.Equal(10, exception.Length);
    }

    [Fact]
    public async Task Create_only_keeps_the_first()
    {
        Assert.True((await Store.PutAsync("x", "one", BlobWriteCondition.CreateOnly)).IsWritten);
        Assert.False((await Store.PutAsync("x", "two", BlobWriteCondition.CreateOnly)).IsWritten);
        Assert.Equal("one", await Store.GetAsync("x"));
    }

    [Fact]
    public async Task If_match_replaces_only_the_named_version()
    {
        var first = await Store.PutAsync("x", "one");
        var second = await Store.PutAsync("x", "two", BlobWriteCondition.IfMatch(first.ETag!));
        Assert.True(second.IsWritten);
        Assert.False((await Store.PutAsync("x", "bad", BlobWriteCondition.IfMatch(first.ETag!))).IsWritten);
        Assert.Equal("two", await Store.GetAsync("x"));
        Assert.Equal(second.ETag, (await Store.GetPropertiesAsync("x", None))!.ETag);
    }

    [Fact]
    public async Task If_match_of_an_absent_blob_writes_nothing()
    {
        var first = await Store.PutAsync("x", "one");
        await Store.DeleteAsync("x", None);
        Assert.False((await Store.PutAsync("x", "two", BlobWriteCondition.IfMatch(first.ETag!))).IsWritten);
        Assert.Null(await Store.GetAsync("x"));
    }

    [Fact]
    public async Task Versions_of_the_same_length_written_at_once_differ_in_etag()
    {
        var seen = new HashSet<string>();
        for (var i = 0; i < 50; i++) Assert.True(seen.Add((await Store.PutAsync("x", "same")).ETag!), $"write {i} repeated an ETag");
    }

    [Fact]
    public async Task Of_many_creators_at_once_exactly_one_wins_and_its_content_stands()
    {
        for (var round = 0; round < 10; round++)
        {
            var name = $"race/{round}";
            using var start = new Barrier(16);
            var tries = Enumerable.Range(0, 16).Select(writer => OnOwnThread(start, () => Store.PutAsync(name, $"writer {writer}", BlobWriteCondition.CreateOnly)));
            var results = await Task.WhenAll(tries);
            var winner = Assert.Single(Enumerable.Range(0, 16), writer => results[writer].IsWritten);
            Assert.Equal($"writer {winner}", await Store.GetAsync(name));
        }
    }

    [Fact]
    public async Task Racing_compare_and_swaps_lose_no_update()
    {
        await Store.PutAsync("counter", "0");
        using var start = new Barrier(8);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => OnOwnThread(start, async () =>
        {
            for (var i = 0; i < 10; i++) await IncrementAsync();
            return true;
        })));
        Assert.Equal("80", await Store.GetAsync("counter"));
    }

    [Fact]
    public async Task An_upload_is_invisible_until_completed_and_whole_then()
    {
        await using var upload = await Store.BeginUploadAsync("up/load", None);
        var chunk = Encoding.UTF8.GetBytes(new string('x', 100_000));
        for (var i = 0; i < 5; i++) await upload.Content.WriteAsync(chunk, None);
        Assert.Null(await Store.GetPropertiesAsync("up/load", None));
        Assert.Empty(await Store.NamesAsync());
        var written = await upload.CompleteAsync(BlobWriteCondition.CreateOnly, None);
        Assert.Equal(new BlobProperties("up/load", written.ETag!, 500_000), await Store.GetPropertiesAsync("up/load", None));
    }

    [Fact]
    public async Task An_upload_that_is_not_completed_leaves_the_blob_as_it_was()
    {
        await Store.PutAsync("x", "old");
        await using (var upload = await Store.BeginUploadAsync("x", None)) await upload.Content.WriteAsync("new"u8.ToArray(), None);
        Assert.Equal("old", await Store.GetAsync("x"));
        Assert.Equal(["x"], await Store.NamesAsync());
    }

    [Fact]
    public async Task An_upload_obeys_its_condition_at_completion()
    {
        await using var upload = await Store.BeginUploadAsync("x", None);
        await upload.Content.WriteAsync("late"u8.ToArray(), None);
        await Store.PutAsync("x", "early");
        Assert.False((await upload.CompleteAsync(BlobWriteCondition.CreateOnly, None)).IsWritten);
        Assert.Equal("early", await Store.GetAsync("x"));
    }

    [Fact]
    public async Task Names_are_listed_by_prefix_in_ordinal_order()
    {
        string[] names = ["b", "a/b", "a-b", "a/B", "a/c/d", "a.b", "ab", "ä/ö", "a/c-d"];
        foreach (var name in names) await Store.PutAsync(name, name);
        Assert.Equal(names.Order(StringComparer.Ordinal), await Store.NamesAsync());
        Assert.Equal(["a/B", "a/b", "a/c-d", "a/c/d"], await Store.NamesAsync("a/"));
        Assert.Equal(["a/c-d", "a/c/d"], await Store.NamesAsync("a/c"));
        Assert.Empty(await Store.NamesAsync("z/"));
    }

    [Fact]
    public async Task Folders_are_listed_once_each_in_ordinal_order_and_never_a_blob()
    {
        string[] names = ["x", "a/1", "a/2/deep/er", "a-b/1", "a.b", "a/b/c", "ä/ö/ü", "a/B/c", "a/b-c/d", "a/b/d", "gone/x"];
        foreach (var name in names) await Store.PutAsync(name, name);
        await Store.DeleteAsync("gone/x", None);
        Assert.Equal(["a", "a-b", "ä"], await Store.FoldersAsync(""));
        Assert.Equal(["2", "B", "b", "b-c"], await Store.FoldersAsync("a/"));
        Assert.Empty(await Store.FoldersAsync("a/b/"));
        Assert.Empty(await Store.FoldersAsync("absent/"));
        Assert.Empty(await Store.FoldersAsync("x/"));
        foreach (var bad in new[] { "a", "/", "../", "a//" }) await Assert.ThrowsAsync<BlobNameException>(() => Store.FoldersAsync(bad));
    }

    [Fact]
    public async Task Hundreds_of_names_are_all_listed()
    {
        var names = Enumerable.Range(0, 300).Select(i => $"many/{i % 20:D2}/{i:D4}").ToList();
        await Parallel.ForEachAsync(names, async (name, _) => await Store.PutAsync(name, ""));
        Assert.Equal(names.Order(StringComparer.Ordinal), await Store.NamesAsync("many/"));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i:D2}"), await Store.FoldersAsync("many/"));
    }

    [Fact]
    public async Task Any_range_of_an_upload_of_many_blocks_is_its_bytes()
    {
        var random = new Random(5);
        var content = new byte[1_000_003];
        random.NextBytes(content);
        await using (var upload = await Store.BeginUploadAsync("large", None))
        {
            for (var offset = 0; offset < content.Length;)
            {
                var count = Math.Min(random.Next(1, 200_000), content.Length - offset);
                await upload.Content.WriteAsync(content.AsMemory(offset, count), None);
                offset += count;
            }

            Assert.True((await upload.CompleteAsync(BlobWriteCondition.CreateOnly, None)).IsWritten);
        }

        Assert.Equal(content, (await Store.ReadAsync("large", content.Length, None))!.Bytes.ToArray());
        for (var i = 0; i < 20; i++)
        {
            var (offset, length) = (random.Next(content.Length), random.Next(300_000));
            await using var stream = await Store.OpenReadAsync("large", offset, length, None);
            using var range = new MemoryStream();
            await stream!.CopyToAsync(range);
            Assert.Equal(content[offset..Math.Min(offset + length, content.Length)], range.ToArray());
        }
    }

    [Fact]
    public async Task A_large_write_and_a_large_upload_obey_their_conditions()
    {
        var large = new byte[700_000];
        Assert.True((await Store.WriteAsync("x", large, BlobWriteCondition.CreateOnly, None)).IsWritten);
        Assert.False((await Store.WriteAsync("x", large, BlobWriteCondition.CreateOnly, None)).IsWritten);
        var first = (await Store.GetPropertiesAsync("x", None))!;
        var second = await Store.WriteAsync("x", large, BlobWriteCondition.IfMatch(first.ETag), None);
        Assert.True(second.IsWritten);
        Assert.False((await Store.WriteAsync("x", large, BlobWriteCondition.IfMatch(first.ETag), None)).IsWritten);
        await using var upload = await Store.BeginUploadAsync("x", None);
        await upload.Content.WriteAsync(large, None);
        await Store.PutAsync("x", "came between");
        Assert.False((await upload.CompleteAsync(BlobWriteCondition.IfMatch(second.ETag!), None)).IsWritten);
        Assert.Equal("came between", await Store.GetAsync("x"));
    }

    [Fact]
    public async Task A_deleted_blob_is_gone_and_can_be_created_again()
    {
        await Store.PutAsync("x", "one");
        Assert.True(await Store.DeleteAsync("x", None));
        Assert.Null(await Store.GetAsync("x"));
        Assert.True((await Store.PutAsync("x", "two", BlobWriteCondition.CreateOnly)).IsWritten);
    }

    [Theory]
    [InlineData("./a//b", "a/b")]
    [InlineData("a/./b/", "a/b")]
    [InlineData("bilder/Übergröße 图.png", "bilder/Übergröße 图.png")]
    public async Task Spellings_of_one_name_are_one_blob(string spelling, string canonical)
    {
        await Store.PutAsync(spelling, "x");
        Assert.Equal([canonical], await Store.NamesAsync());
        Assert.Equal("x", await Store.GetAsync(canonical));
        Assert.Equal("x", await Store.GetAsync(spelling));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/..")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    [InlineData("a\0b")]
    [InlineData(".resprune-store/tmp/x")]
    [InlineData("./.resprune-store/lock-00")]
    public async Task A_name_that_could_lead_elsewhere_is_refused_by_every_operation(string name)
    {
        await Assert.ThrowsAsync<BlobNameException>(async () => await Store.GetPropertiesAsync(name, None));
        await Assert.ThrowsAsync<BlobNameException>(async () => await Store.ReadAsync(name, 1, None));
        await Assert.ThrowsAsync<BlobNameException>(async () => await Store.OpenReadAsync(name, 0, null, None));
        await Assert.ThrowsAsync<BlobNameException>(async () => await Store.PutAsync(name, "x"));
        await Assert.ThrowsAsync<BlobNameException>(async () => await Store.BeginUploadAsync(name, None));
        await Assert.ThrowsAsync<BlobNameException>(async () => await Store.DeleteAsync(name, None));
    }

    [Fact]
    public async Task A_name_with_half_a_surrogate_pair_is_refused() =>
        await Assert.ThrowsAsync<BlobNameException>(() => Store.PutAsync("half " + (char)0xd83e, "x"));

    // A thread each, so that the operations overlap also where they run synchronously.
    private static Task<T> OnOwnThread<T>(Barrier start, Func<Task<T>> work) => Task.Factory.StartNew(
        () =>
        {
            start.SignalAndWait();
            return work();
        },
        None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default).Unwrap();

    private async Task IncrementAsync()
    {
        while (true)
        {
            var read = (await Store.ReadAsync("counter", 100, None))!;
            var next = int.Parse(Encoding.UTF8.GetString(read.Bytes.Span), null) + 1;
            if ((await Store.PutAsync("counter", $"{next}", BlobWriteCondition.IfMatch(read.ETag))).IsWritten) return;
        }
    }
}

using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using ResPrune.Batch.Storage;

namespace ResPrune.Batch.Tests.Storage;

public sealed class LocalFolderBlobStoreTests : BlobStoreConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalFolderBlobStore _store;

    public LocalFolderBlobStoreTests() => _store = LocalFolderBlobStore.OpenOrCreate(_folder.Path);

    protected override IBlobStore Store => _store;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Versions_differ_in_etag_also_when_the_clock_stands_or_goes_back()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(50)) { AutoAdvanceAmount = TimeSpan.Zero };
        var store = LocalFolderBlobStore.OpenOrCreate(folder.Path, time);
        var seen = new HashSet<string>();
        for (var i = 0; i < 20; i++)
        {
            Assert.True(seen.Add((await store.PutAsync("x", "same")).ETag!));
            // The clock of another machine may be behind by years.
            if (i == 10) store = LocalFolderBlobStore.OpenOrCreate(folder.Path, new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(40)));
        }
    }

    [Fact]
    public async Task An_etag_is_the_same_from_another_process_later()
    {
        var written = await _store.PutAsync("x", "text");
        var reopened = LocalFolderBlobStore.OpenReadOnly(_folder.Path);
        Assert.Equal(written.ETag, (await reopened.GetPropertiesAsync("x", CancellationToken.None))!.ETag);
    }

    [Fact]
    public async Task Two_stores_on_one_folder_share_one_lock()
    {
        var other = LocalFolderBlobStore.OpenOrCreate(_folder.Path);
        await _store.PutAsync("n", "0");
        await Task.WhenAll(IncrementAsync(_store), IncrementAsync(other), IncrementAsync(_store), IncrementAsync(other));
        Assert.Equal("80", await _store.GetAsync("n"));

        static Task IncrementAsync(LocalFolderBlobStore store) => Task.Run(async () =>
        {
            for (var done = 0; done < 20;)
            {
                var read = (await store.ReadAsync("n", 100, CancellationToken.None))!;
                var next = int.Parse(System.Text.Encoding.UTF8.GetString(read.Bytes.Span), null) + 1;
                if ((await store.PutAsync("n", $"{next}", BlobWriteCondition.IfMatch(read.ETag))).IsWritten) done++;
            }
        });
    }

    [Fact]
    public async Task A_symbolic_link_that_stays_inside_is_followed()
    {
        _folder.Write("real/a.txt", "inside");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link.txt"), "real/a.txt");
        Assert.Equal("inside", await _store.GetAsync("link.txt"));
    }

    [Fact]
    public async Task A_symbolic_link_that_leads_out_is_neither_read_nor_written_through()
    {
        using var outside = new TemporaryFolder();
        outside.Write("secret.txt", "secret");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "file.txt"), Path.Combine(outside.Path, "secret.txt"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "folder"), outside.Path);
        await Assert.ThrowsAsync<BlobOutsideRootException>(() => _store.GetAsync("file.txt"));
        await Assert.ThrowsAsync<BlobOutsideRootException>(() => _store.GetAsync("folder/secret.txt"));
        await Assert.ThrowsAsync<BlobOutsideRootException>(() => _store.PutAsync("folder/new.txt", "x"));
        Assert.Equal(["secret.txt"], Directory.GetFiles(outside.Path).Select(Path.GetFileName));
        Assert.Equal(["file.txt"], await _store.NamesAsync());
        await _store.PutAsync("file.txt", "replaced the link");
        Assert.Equal("secret", File.ReadAllText(Path.Combine(outside.Path, "secret.txt")));
    }

    [Fact]
    public async Task A_loop_of_links_a_pipe_and_a_folder_are_no_blobs()
    {
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "loop"), "loop");
        Directory.CreateDirectory(Path.Combine(_folder.Path, "folder"));
        using (var made = Process.Start("mkfifo", [Path.Combine(_folder.Path, "pipe")])) await made.WaitForExitAsync();
        foreach (var name in new[] { "loop", "folder", "pipe", new string('x', 300), "loop/below" })
            Assert.Null(await _store.GetPropertiesAsync(name, CancellationToken.None));
    }

    [Fact]
    public async Task A_folder_opened_for_reading_is_left_untouched()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a.txt", "a");
        var store = LocalFolderBlobStore.OpenReadOnly(folder.Path);
        Assert.Equal("a", await store.GetAsync("a.txt"));
        var exception = await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => store.PutAsync("b", "b"));
        Assert.Contains(folder.Path, exception.Message, StringComparison.Ordinal);
        Assert.Equal(["a.txt"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_root_that_cannot_be_written_is_named()
    {
        var file = _folder.Write("file", "no folder");
        foreach (var root in new[] { Path.Combine(file, "below"), file, "/proc/resprune" })
        {
            var exception = Assert.Throws<BlobStoreUnavailableException>(() => LocalFolderBlobStore.OpenOrCreate(root));
            Assert.Contains($"'{root}' cannot be written", exception.Message, StringComparison.Ordinal);
        }

        Assert.Throws<BlobStoreUnavailableException>(() => LocalFolderBlobStore.OpenReadOnly(Path.Combine(_folder.Path, "absent")));
    }

    [Fact]
    public async Task Half_written_files_of_dead_processes_are_invisible_and_go_after_a_day()
    {
        var leftover = _folder.Write(".resprune-store/tmp/dead", "half");
        Assert.Empty(await _store.NamesAsync());
        LocalFolderBlobStore.OpenOrCreate(_folder.Path);
        Assert.True(File.Exists(leftover), "a file that may still be in use was removed");
        LocalFolderBlobStore.OpenOrCreate(_folder.Path, new FakeTimeProvider(File.GetLastWriteTimeUtc(leftover).AddHours(25)));
        Assert.False(File.Exists(leftover), "a day-old leftover was kept");
    }

    [Fact]
    public async Task A_writer_killed_at_any_moment_leaves_no_torn_blob_and_no_lock()
    {
        for (var round = 0; round < 8; round++)
        {
            using var writer = KilledWriter.Start(_folder.Path);
            // The moment of the kill moves with what the writer has done, not with a clock.
            await writer.WaitForWritesAsync(1 + (round * 3));
            writer.Kill();
            foreach (var name in await _store.NamesAsync())
            {
                var text = (await _store.GetAsync(name))!;
                Assert.True(KilledWriter.IsWhole(text), $"round {round}: '{name}' is torn ({text.Length} characters)");
            }

            Assert.True((await _store.PutAsync(KilledWriter.Replaced, KilledWriter.Content(round))).IsWritten);
        }
    }
}

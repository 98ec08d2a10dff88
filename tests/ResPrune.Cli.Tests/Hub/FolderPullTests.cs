using System.Globalization;
using ResPrune.Cli.Hub;

namespace ResPrune.Cli.Tests.Hub;

/// <summary>A pull into a folder leaves plain files, and beside them the notes that Python's <c>local_dir</c> leaves.</summary>
public sealed class FolderPullTests : IDisposable
{
    private readonly PullPlace _place = new();

    private string Output => _place.PathOf("model");

    [Fact]
    public async Task TheFolderHoldsTheFilesThemselvesAndNotes()
    {
        await using var hub = await FakeHub.StartAsync();
        Assert.Equal(Output, await PullAsync(hub));
        PullPlace.Holds(Output, hub.Repository);
        Assert.All(Directory.GetFiles(Output), path => Assert.Null(new FileInfo(path).LinkTarget));
        Assert.False(Directory.Exists(_place.Cache));
        foreach (var name in hub.Repository.Wanted)
        {
            var note = File.ReadAllLines(Path.Combine(Output, ".cache", "huggingface", "download", $"{name}.metadata"));
            Assert.Equal([hub.Repository.Commit, hub.Repository.HashOf(name)], note[..2]);
            Assert.True(double.Parse(note[2], CultureInfo.InvariantCulture) > 0);
        }

        Assert.Equal("*", File.ReadAllText(Path.Combine(Output, ".cache", "huggingface", ".gitignore")));
    }

    [Fact]
    public async Task ASecondPullFetchesOnlyWhatWasChangedSince()
    {
        await using var hub = await FakeHub.StartAsync();
        await PullAsync(hub);
        hub.Seen.Clear();
        await PullAsync(hub);
        Assert.DoesNotContain(hub.Seen, request => request.IsContent);

        var shard = hub.Repository.Wanted.First(FakeRepository.IsLarge);
        var damaged = Path.Combine(Output, shard);
        var content = File.ReadAllBytes(damaged);
        content[^1] ^= 1;
        File.WriteAllBytes(damaged, content);
        // Beyond the second that file systems without finer times need.
        File.SetLastWriteTimeUtc(damaged, File.GetLastWriteTimeUtc(damaged).AddSeconds(10));
        await PullAsync(hub);
        PullPlace.Holds(Output, hub.Repository);
        Assert.Equal(shard, Assert.Single(hub.Contents).FileName);
    }

    [Fact]
    public async Task AFileThatHashesRightIsTakenAsItIs()
    {
        await using var hub = await FakeHub.StartAsync();
        Directory.CreateDirectory(Output);
        foreach (var name in hub.Repository.Wanted) File.WriteAllBytes(Path.Combine(Output, name), hub.Repository.Files[name]);
        await PullAsync(hub);
        Assert.DoesNotContain(hub.Seen, request => request.IsContent);
    }

    [Fact]
    public async Task AFolderThatCannotBeMadeIsNamed()
    {
        await using var hub = await FakeHub.StartAsync();
        // A path below a file: not even root can write there.
        var file = _place.PathOf("file");
        File.WriteAllText(file, "");
        var exception = await Assert.ThrowsAsync<HubException>(() => _place.PullAsync(hub, output: Path.Combine(file, "model")));
        Assert.Equal(HubFailure.Storage, exception.Failure);
        Assert.Contains(Path.Combine(file, "model"), exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _place.Dispose();

    private Task<string> PullAsync(FakeHub hub) => _place.PullAsync(hub, output: Output);
}

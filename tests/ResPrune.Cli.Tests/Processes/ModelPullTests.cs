using System.Globalization;
using ResPrune.Cli.Tests.Hub;
using ResPrune.TinyModel.Export;

namespace ResPrune.Cli.Tests.Processes;

/// <summary><c>resprune model pull</c> as a user types it, against a hub on this machine.</summary>
public sealed class ModelPullTests : IDisposable
{
    private const string Token = "hf_thisIsTheSecret";

    private readonly Workplace _place = new();

    private string Folder => _place.PathOf("home", "hub", $"models--{FakeRepository.Name.Replace("/", "--", StringComparison.Ordinal)}");

    private string Snapshots => Path.Combine(Folder, "snapshots");

    [Fact]
    public async Task APulledModelIsRunByItsName()
    {
        var repository = new FakeRepository();
        foreach (var file in Directory.GetFiles(BundledModel.Directory)) repository.Files[Path.GetFileName(file)] = File.ReadAllBytes(file);
        await using var hub = await FakeHub.StartAsync(repository);
        string[] run = ["run", _place.Pictures(1), "--ask", "What is this?", "--model", FakeRepository.Name, "--output", _place.Output, "--quiet"];
        (await RunAsync(hub, run)).ExpectRefusal(FakeRepository.Name, $"resprune model pull {FakeRepository.Name}");

        var pulled = (await RunAsync(hub, "model", "pull", FakeRepository.Name)).Expect(0);
        Assert.Equal($"{Path.Combine(Snapshots, repository.Commit)}\n", pulled.Output);
        Assert.DoesNotContain(Token, pulled.Error, StringComparison.Ordinal);
        Assert.Contains(hub.Seen, request => request.Authorization == $"Bearer {Token}");
        (await RunAsync(hub, run)).Expect(0);
        Assert.Single(_place.Results());
    }

    [Fact]
    public async Task ASignalKeepsThePartAndTheSameCommandGoesOn()
    {
        await using var hub = await FakeHub.StartAsync();
        var shard = hub.Repository.Wanted.First(FakeRepository.IsLarge);
        var part = new FileInfo(Path.Combine(Folder, "blobs", $"{hub.Repository.HashOf(shard)}.incomplete"));
        bool IsHalf()
        {
            part.Refresh();
            return part.Exists && part.Length == hub.Repository.SizeOf(shard) / 2;
        }

        var over = new TaskCompletionSource();
        hub.Intercept = async (context, request) =>
        {
            if (request.IsHub || request.FileName != shard || request.From > 0) return false;
            var content = hub.Body(request);
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content.AsMemory(0, content.Length / 2));
            await context.Response.Body.FlushAsync();
            await over.Task;
            return true;
        };
        using (var running = Start(hub, "model", "pull", FakeRepository.Name))
        {
            await running.UntilAsync("Half of a shard", IsHalf);
            running.Signal("INT");
            var outcome = (await running.EndAsync()).Expect(130);
            Assert.Empty(outcome.Output);
            Assert.Contains("type the same command to go on", outcome.Error, StringComparison.Ordinal);
        }

        over.SetResult();
        Assert.True(IsHalf());
        (await RunAsync(hub, "model", "pull", FakeRepository.Name)).Expect(0);
        PullPlace.Holds(Path.Combine(Snapshots, hub.Repository.Commit), hub.Repository);
        Assert.Contains(hub.Contents, request => request.FileName == shard && request.From == hub.Repository.SizeOf(shard) / 2);
    }

    [Fact]
    public async Task AFullDiskIsSaidToBeAndThePartIsKept()
    {
        // A disk of its own with room for the model, until something else fills it halfway through the second shard.
        await using var hub = await FakeHub.StartAsync(FakeRepository.Model(shardBytes: 1 << 20));
        var disk = Directory.CreateDirectory(_place.PathOf("home")).FullName;
        Resprune? running = null;
        var started = new TaskCompletionSource();
        hub.Intercept = async (context, request) =>
        {
            if (request.IsHub) return false;
            var content = hub.Body(request);
            context.Response.ContentLength = content.Length;
            await context.Response.Body.WriteAsync(content.AsMemory(0, content.Length / 2));
            await context.Response.Body.FlushAsync();
            await started.Task;
            lock (started) Fill(running!, disk);
            await context.Response.Body.WriteAsync(content.AsMemory(content.Length / 2));
            return true;
        };
        using (running = Resprune.StartOnDisk(disk, "3m", Environment(hub), "model", "pull", FakeRepository.Name))
        {
            started.SetResult();
            var outcome = (await running.EndAsync()).Expect(1);
            var lines = outcome.Error.Split('\n');
            var complaint = Assert.Single(lines, line => line.StartsWith("resprune:", StringComparison.Ordinal));
            Assert.All(["is full", FakeRepository.Name, "bytes more", "are free", "is kept"], word => Assert.Contains(word, complaint, StringComparison.Ordinal));
            // What the wrapper lists after the end: at least one shard was under way.
            Assert.Contains(".incomplete", outcome.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task ATerminalShowsABarAndStillGetsTheFolder()
    {
        await using var hub = await FakeHub.StartAsync();
        var outcome = (await Resprune.RunOnTerminalAsync(
            "model", "pull", FakeRepository.Name, "--endpoint", hub.Endpoint.ToString(), "--output", _place.PathOf("model"))).Expect(0);
        Assert.Contains(_place.PathOf("model"), outcome.Output, StringComparison.Ordinal);
        PullPlace.Holds(_place.PathOf("model"), hub.Repository);
    }

    [Theory]
    [InlineData("model pull llava", "'llava'", "ORG/NAME")]
    [InlineData("model pull a/b --revision ../x", "--revision: '../x'", "main")]
    [InlineData("model pull a/b --endpoint mirror", "--endpoint", "https://huggingface.co")]
    [InlineData("model pull", "ORG/NAME", "resprune model pull --help")]
    public async Task AWrongCommandLineIsExplained(string arguments, string what, string hint)
    {
        var outcome = (await Resprune.RunAsync(arguments.Split(' '))).Expect(2);
        Assert.Empty(outcome.Output);
        Assert.Contains(what, outcome.Error, StringComparison.Ordinal);
        Assert.Contains(hint, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AGatedModelIsWrongUsageAndTheTokenIsNotPrinted()
    {
        await using var hub = await FakeHub.StartAsync();
        hub.Intercept = async (context, _) =>
        {
            await FakeHub.Refuse(context, 403, "GatedRepo");
            return true;
        };
        var outcome = await RunAsync(hub, "model", "pull", FakeRepository.Name);
        outcome.ExpectRefusal("gated", "HF_TOKEN");
        Assert.DoesNotContain(Token, outcome.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _place.Dispose();

    /// <summary>Fills the disk that only the process sees.</summary>
    private static void Fill(Resprune running, string disk)
    {
        var filler = $"/proc/{running.ProcessId.ToString(CultureInfo.InvariantCulture)}/root{disk}/filler";
        using var file = new FileStream(filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        var page = new byte[4096];
        try
        {
            while (true) file.Write(page);
        }
        catch (IOException)
        {
            // Full: as it should be.
        }
    }

    private Dictionary<string, string> Environment(FakeHub hub) => new()
    {
        ["HF_HOME"] = _place.PathOf("home"),
        ["HF_ENDPOINT"] = hub.Endpoint.ToString(),
        ["HF_TOKEN"] = Token,
    };

    private Resprune Start(FakeHub hub, params string[] arguments) => Resprune.StartIn(Environment(hub), arguments);

    private async Task<Outcome> RunAsync(FakeHub hub, params string[] arguments)
    {
        using var running = Start(hub, arguments);
        return await running.EndAsync();
    }
}

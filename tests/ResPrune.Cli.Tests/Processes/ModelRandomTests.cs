using ResPrune.Inference.RandomWeights;

namespace ResPrune.Cli.Tests.Processes;

/// <summary><c>resprune model random</c> as a process; whole folders of every family are written by tests with small shapes.</summary>
public sealed class ModelRandomTests : IDisposable
{
    private readonly Workplace _place = new();

    [Fact]
    public async Task ADiskThatFillsUpIsSaidAndNothingIsLeft()
    {
        var outcome = await Resprune.RunWithFileLimitAsync(100_000, Command(_place.Output));
        outcome.Expect(2);
        Assert.Empty(outcome.Output);
        var lines = outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("are free on that disk", lines[^1], StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_place.Output));
    }

    [Fact]
    public async Task AFolderWithSomethingInItIsLeftAsItIs()
    {
        var file = Path.Combine(_place.Pictures(1), "kept.txt");
        await File.WriteAllTextAsync(file, "mine");
        var before = Directory.GetFiles(Path.GetDirectoryName(file)!);
        (await Resprune.RunAsync(Command(Path.GetDirectoryName(file)!))).ExpectRefusal("not an empty folder");
        Assert.Equal(before, Directory.GetFiles(Path.GetDirectoryName(file)!));
    }

    [Fact]
    public async Task AnInterruptedOneLeavesNothing()
    {
        using var running = Resprune.Start(Command(_place.Output));
        await running.UntilAsync("Writing weights", () => Directory.Exists(_place.Output) && Directory.GetFiles(_place.Output, "*.safetensors").Length > 0);
        running.Signal("INT");
        (await running.EndAsync()).Expect(130);
        Assert.Empty(Directory.GetFileSystemEntries(_place.Output));
    }

    public void Dispose() => _place.Dispose();

    // All layers: hardly begun when the test ends it.
    private static string[] Command(string output) => ["model", "random", "--like", ModelPresets.All[0].Name, "--output", output];
}

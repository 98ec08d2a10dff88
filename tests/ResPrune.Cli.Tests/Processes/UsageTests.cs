namespace ResPrune.Cli.Tests.Processes;

/// <summary>Wrong usage stops the program before any work: exit code 2, what is wrong, what to type.</summary>
public sealed class UsageTests : IDisposable
{
    private readonly Workplace _place = new();

    [Theory]
    [InlineData("", "Required command", "resprune --help")]
    [InlineData("rnu pictures", "'rnu'", "resprune --help")]
    [InlineData("run", "INPUT", "resprune run --help")]
    [InlineData("run . --aks x", "'--aks'", "resprune run --help")]
    [InlineData("run . --ask x --keep 1/0", "--keep: '1/0'", "a fraction like 1/3")]
    [InlineData("run . --ask x --keep 0", "--keep: '0'", "a count like 64")]
    [InlineData("run . --ask x --pruner best", "--pruner: 'best'", "resprune, random, none")]
    [InlineData("run . --ask x --batch-size 0", "--batch-size: '0'", "from 1 to")]
    [InlineData("run . --ask x --top-p 1.5", "--top-p: '1.5'", "to 1")]
    [InlineData("run . --ask x --device gpu", "--device: 'gpu'", "cuda:0")]
    [InlineData("run . --ask x --retry some", "--retry: 'some'", "failed, all, none")]
    [InlineData("run . --ask x --limit", "--limit", "resprune run --help")]
    [InlineData("run . --ask x --metrics-port 70000", "--metrics-port: '70000'", "65535")]
    [InlineData("run . --ask x --min-pixels 0", "--min-pixels: '0'", "from 1 to")]
    [InlineData("run . --ask x --min-pixels 9 --max-pixels 8", "--min-pixels 9", "--max-pixels 8")]
    [InlineData("run . --ask x --max-pixels 50176", "--max-pixels", "resolution is fixed")]
    [InlineData("eval --min-pixels 784", "--min-pixels", "resolution is fixed")]
    [InlineData("bench --min-pixels 784", "--min-pixels", "resolution is fixed")]
    [InlineData("bench --like llava-1.5-7b --max-pixels 784", "--max-pixels", "llava-1.5-7b")]
    [InlineData("eval --keep all,all", "--keep: 'all,all'", "twice")]
    [InlineData("eval --pruner resprune,best", "--pruner: 'best'", "random")]
    [InlineData("bench --layers 2", "--layers", "--like llava-1.5-7b")]
    [InlineData("bench --like blip", "--like: 'blip'", "llava-1.5-7b")]
    [InlineData("model random --output there", "--like", "resprune model random --help")]
    [InlineData("model random --like llava-1.5-7b", "--output", "resprune model random --help")]
    public async Task AWrongCommandLineIsExplained(string arguments, string what, string hint)
    {
        var outcome = (await Resprune.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Expect(2);
        Assert.Empty(outcome.Output);
        Assert.Contains(what, outcome.Error, StringComparison.Ordinal);
        Assert.Contains(hint, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFolderWithoutPicturesIsRefused()
    {
        var folder = Directory.CreateDirectory(_place.PathOf("no-pictures")).FullName;
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "nothing to see");
        await RefusesAsync(["run", folder, "--ask", "What is this?"], "No images found", folder, ".png");
    }

    [Fact]
    public async Task AFolderInPlaceOfAFileOfLinesIsSaidToBeOne()
    {
        var lines = _place.Lines(["{}"]);
        await RefusesAsync(["run", Path.GetDirectoryName(lines)!, "--ask", "What?"], "No images", "There is 'lines.jsonl' in it");
        Directory.CreateDirectory(_place.PathOf("x.jsonl"));
        await RefusesAsync(["run", _place.PathOf("x.jsonl")], "is a folder, not a file");
    }

    [Fact]
    public async Task AMissingInputIsRefused() =>
        await RefusesAsync(["run", _place.PathOf("nowhere"), "--ask", "What is this?"], "nowhere");

    [Fact]
    public async Task AFileThatIsNoInputIsRefused()
    {
        var file = _place.PathOf("notes.txt");
        File.WriteAllText(file, "nothing to see");
        await RefusesAsync(["run", file, "--ask", "What is this?"], "notes.txt", ".jsonl");
    }

    [Fact]
    public async Task AFolderNeedsAQuestion() => await RefusesAsync(["run", _place.Pictures(1)], "--ask");

    [Fact]
    public async Task AnEmptyQuestionToAFolderIsRefused() => await RefusesAsync(["run", _place.Pictures(1), "--ask", " "], "--ask");

    [Fact]
    public async Task LinesBringTheirOwnQuestions()
    {
        var lines = _place.Lines([new { id = "1", image = "a.png", question = "What?" }]);
        await RefusesAsync(["run", lines, "--ask", "What is this?"], "--ask", "lines.jsonl");
    }

    [Fact]
    public async Task AnEmptyFileOfLinesIsRefused() => await RefusesAsync(["run", _place.Lines([" "])], "lines.jsonl", "no lines");

    [Fact]
    public async Task AnOutputFolderThatCannotBeWrittenIsRefused()
    {
        // A path below a file: not even root can write there.
        var file = _place.PathOf("file");
        File.WriteAllText(file, "");
        var outcome = await Resprune.RunAsync("run", _place.Pictures(1), "--ask", "What is this?", "--output", Path.Combine(file, "out"));
        outcome.ExpectRefusal("--output", Path.Combine(file, "out"));
    }

    [Fact]
    public async Task HelpNamesEveryOptionAndTheDefaultBudget()
    {
        var outcome = (await Resprune.RunAsync("run", "--help")).Expect(0);
        string[] options =
        [
            "--ask", "--model", "--keep", "--pruner", "--alpha", "--epsilon", "--min-pixels", "--max-pixels", "--max-tokens", "--temperature", "--top-p", "--top-k",
                "--seed",
            "--batch-size", "--output", "--retry", "--limit", "--device", "--dtype", "--metrics-port", "--json", "--quiet",
        ];
        Assert.All(options, option => Assert.Contains(option, outcome.Output, StringComparison.Ordinal));
        Assert.Contains("[default: 1/3]", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bench --like llava-1.5-7b --layers 33", "--layers", "32")]
    [InlineData("bench --like qwen2.5-vl-3b --vision-layers 40", "--vision-layers", "32")]
    [InlineData("model random --like llava-1.5-7b --output /proc", "/proc", "not an empty folder")]
    public async Task ARandomModelThatCannotBeMadeIsRefused(string arguments, params string[] words) =>
        (await Resprune.RunAsync(arguments.Split(' '))).ExpectRefusal(words);

    public void Dispose() => _place.Dispose();

    private async Task RefusesAsync(string[] arguments, params string[] words)
    {
        (await Resprune.RunAsync([.. arguments, "--output", _place.Output])).ExpectRefusal(words);
        Assert.False(Directory.Exists(_place.Output), "A refused run left an output folder.");
    }
}

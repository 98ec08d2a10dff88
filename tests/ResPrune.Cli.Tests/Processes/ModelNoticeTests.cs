using System.Text.Json.Nodes;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>What is unusual about a model folder is said by every verb that opens it, and its generation settings count where the job has none.</summary>
public sealed class ModelNoticeTests : IDisposable
{
    private const string Unused = "generation_config.json asks for num_beams=4, which is not used here";
    private const string Template = "chat_template.jinja: the chat template has no ";
    private readonly Workplace _place = new();
    private readonly string _model;
    private readonly string _pictures;

    public ModelNoticeTests()
    {
        _model = _place.Model();
        _pictures = _place.Pictures(3);
    }

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData]
    [InlineData("--quiet")]
    [InlineData("--json")]
    public async Task EveryRunSaysOnceThatTheTemplateDiffersAndWhatIsNotUsed(params string[] view)
    {
        Generation("""{"num_beams": 4}""");
        await File.WriteAllTextAsync(Path.Combine(_model, "chat_template.jinja"), "{{ '<image>' }}<|assistant|>");
        for (var time = 0; time < 2; time++)
        {
            // The second time nothing is left to do.
            var outcome = (await RunAsync(view)).Expect(0);
            Assert.Equal(2, outcome.Error.Split(Template).Length);
            Assert.Equal(2, outcome.Error.Split(Unused).Length);
            if (!view.Contains("--json")) continue;
            var notices = outcome.Json.GetProperty("notices").EnumerateArray().Select(notice => notice.GetString()!).ToArray();
            Assert.Equal(2, notices.Length);
            Assert.Contains(Template, notices[0], StringComparison.Ordinal);
            Assert.Contains(Unused, notices[1], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task AnOrdinaryFolderIsNothingSaidOf()
    {
        var outcome = (await RunAsync("--json")).Expect(0);
        Assert.Empty(outcome.Error);
        Assert.Empty(outcome.Json.GetProperty("notices").EnumerateArray());
    }

    [Theory]
    [InlineData("info")]
    [InlineData("check")]
    public async Task TheVerbsAboutOneModelSayItToo(string verb)
    {
        Generation("""{"num_beams": 4, "repetition_penalty": 1.05}""");
        var table = (await Resprune.RunAsync("model", verb, _model)).Expect(0).Output;
        var report = (await Resprune.RunAsync("model", verb, _model, "--json")).Expect(0).Json;
        string[] notices = [.. report.GetProperty("notices").EnumerateArray().Select(notice => notice.GetString()!)];
        Assert.Contains(notices, notice => notice.Contains(Unused, StringComparison.Ordinal));
        Assert.Contains(notices, notice => notice.Contains("chosen with repetition_penalty=1.05", StringComparison.Ordinal));
        Assert.Contains("num_beams=4", table, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheFilesSamplingCountsUnlessTheJobOrTheLineHasItsOwn()
    {
        var greedy = await AnswersAsync();
        Generation("""{"do_sample": true, "temperature": 50, "top_k": 0}""");
        Assert.NotEqual(greedy, await AnswersAsync());
        Assert.Equal(greedy, await AnswersAsync("--temperature", "0"));
        Assert.Equal(greedy, await AnswersAsync("--top-k", "1"));

        var lines = _place.Lines(Directory.GetFiles(_pictures).Order(StringComparer.Ordinal).Select((path, i) => new
        {
            id = $"{i}",
            image = Path.GetFileName(path),
            question = "What is in the picture?",
            temperature = 0,
        }));
        var output = _place.PathOf("by-line");
        (await Resprune.RunAsync("run", lines, "--model", _model, "--output", output, "--quiet")).Expect(0);
        Assert.Equal(greedy, Answers(output));
    }

    [Fact]
    public async Task AnotherGenerationConfigIsAnotherRun()
    {
        (await RunAsync("--quiet")).Expect(0);
        Generation("""{"repetition_penalty": 1.3}""");
        var refused = (await RunAsync("--quiet")).Expect(2);
        Assert.Contains("the model's generation_config.json differ", refused.Error, StringComparison.Ordinal);
    }

    private void Generation(string json)
    {
        var path = Path.Combine(_model, "generation_config.json");
        var file = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(json)!.AsObject()) file[name] = value?.DeepClone();
        File.WriteAllText(path, file.ToJsonString());
    }

    private Task<Outcome> RunAsync(params string[] more) =>
        Resprune.RunAsync(["run", _pictures, "--ask", "What is in the picture?", "--model", _model, "--output", _place.Output, .. more]);

    private async Task<string[]> AnswersAsync(params string[] more)
    {
        var output = _place.PathOf(Guid.NewGuid().ToString("N"));
        (await Resprune.RunAsync(["run", _pictures, "--ask", "What is in the picture?", "--model", _model, "--output", output, "--quiet", .. more])).Expect(0);
        return Answers(output);
    }

    private static string[] Answers(string output) =>
        [.. File.ReadAllLines(Path.Combine(output, "output.jsonl")).Select(line => JsonNode.Parse(line)!)
            .OrderBy(line => (string)line["image"]!, StringComparer.Ordinal).Select(line => (string)line["answer"]!)];
}

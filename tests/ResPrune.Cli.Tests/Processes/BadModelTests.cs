using System.Text.Json.Nodes;

namespace ResPrune.Cli.Tests.Processes;

/// <summary>A model folder that cannot be served stops the program before any work, with one line that names the fault.</summary>
public sealed class BadModelTests : IDisposable
{
    private readonly Workplace _place = new();
    private readonly string _model;

    public BadModelTests() => _model = _place.Model();

    private string Weights => Path.Combine(_model, "model.safetensors");

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    public async Task AMissingFileIsNamed(string name)
    {
        File.Delete(Path.Combine(_model, name));
        await RefusesAsync(name);
    }

    [Fact]
    public async Task AMissingTensorIsNamed()
    {
        var name = "";
        SafetensorsEdit.Header(Weights, header =>
        {
            name = SafetensorsEdit.Oblong(header);
            var tensor = header[name]!.DeepClone();
            header.Remove(name);
            header["not." + name] = tensor;
        });
        await RefusesAsync($"'{name}'");
    }

    [Fact]
    public async Task ATensorOfTheWrongShapeIsNamed()
    {
        var name = "";
        SafetensorsEdit.Header(Weights, header =>
        {
            name = SafetensorsEdit.Oblong(header);
            var shape = header[name]!["shape"]!.AsArray();
            header[name]!["shape"] = new JsonArray([.. shape.Reverse().Select(size => (JsonNode)size!.GetValue<long>())]);
        });
        await RefusesAsync(name, "shape");
    }

    [Fact]
    public async Task ATensorOfAnUnknownTypeIsNamed()
    {
        var name = "";
        SafetensorsEdit.Header(Weights, header =>
        {
            name = SafetensorsEdit.Oblong(header);
            header[name]!["dtype"] = "Q4";
        });
        await RefusesAsync($"'{name}'", "Q4", "supported");
    }

    [Fact]
    public async Task TruncatedWeightsAreSaidToBe()
    {
        await using (var file = new FileStream(Weights, FileMode.Open, FileAccess.Write, FileShare.None)) file.SetLength(file.Length / 2);
        await RefusesAsync("model.safetensors", "truncated");
    }

    [Fact]
    public async Task AnUnsupportedModelTypeIsNamedWithTheSupportedOnes()
    {
        var path = Path.Combine(_model, "config.json");
        var config = JsonNode.Parse(File.ReadAllText(path))!;
        config["model_type"] = "blip-2";
        File.WriteAllText(path, config.ToJsonString());
        await RefusesAsync("blip-2", "supported", "llava");
    }

    [Fact]
    public async Task AFolderThatIsNotThereIsNamed()
    {
        Directory.Delete(_model, recursive: true);
        await RefusesAsync(_model);
    }

    public void Dispose() => _place.Dispose();

    private async Task RefusesAsync(params string[] words)
    {
        var outcome = await Resprune.RunAsync(
            "run", _place.Pictures(1), "--ask", "What is this?", "--model", _model, "--output", _place.Output);
        outcome.ExpectRefusal(words);
        Assert.False(Directory.Exists(_place.Output), "A refused run left an output folder.");
    }
}

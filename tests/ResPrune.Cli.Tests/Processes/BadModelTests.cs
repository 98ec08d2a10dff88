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

    [Theory]
    [InlineData("adapter_model.safetensors", "only an adapter", "merge_and_unload")]
    [InlineData("model-Q4_K_M.gguf", "GGUF", "original repository")]
    [InlineData("consolidated.safetensors", "Mistral", "convert")]
    [InlineData("pytorch_model.bin", "can run code", "save_pretrained")]
    [InlineData("model.safetensors.incomplete", "cut off", "resprune model pull")]
    public async Task WeightsOfAnotherKindAreToldWithWhatToDo(string name, params string[] words)
    {
        File.Move(Weights, Path.Combine(_model, name));
        await RefusesAsync([name, .. words]);
        (await Resprune.RunAsync("model", "info", _model)).ExpectRefusal([name, .. words]);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("model.safetensors")]
    public async Task AGitLfsPointerIsToldWithWhatToDo(string name)
    {
        await File.WriteAllTextAsync(Path.Combine(_model, name), $"version https://git-lfs.github.com/spec/v1\noid sha256:{new string('a', 64)}\nsize 7\n");
        await RefusesAsync(name, "Git LFS pointer", "git lfs pull");
    }

    [Fact]
    public async Task AValueOfTheGenerationConfigThatCannotBeIsNamed()
    {
        await File.WriteAllTextAsync(Path.Combine(_model, "generation_config.json"), """{"repetition_penalty": -1}""");
        await RefusesAsync("generation_config.json", "'repetition_penalty' is -1");
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

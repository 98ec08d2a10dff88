using System.Text.Json.Nodes;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models.Llava;
using ResPrune.Inference.Tests.Models;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Engine;

/// <summary>A folder that cannot be served is refused with a line that names the file and the fault, and leaves nothing behind.</summary>
[Collection(nameof(TensorCounting))]
public sealed class ModelFolderFaultTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("resprune-model-").FullName;

    public ModelFolderFaultTests()
    {
        foreach (var file in Directory.GetFiles(GoldenModel.First(LlavaConfig.ModelType).Directory)) File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
    }

    [Fact]
    public async Task APlaceholderThatConfigAndTokenizerDisagreeOnIsNamed()
    {
        var id = 0;
        Edit("config.json", config => config["image_token_index"] = id = config["image_token_index"]!.GetValue<int>() - 1);
        await RefusesAsync("tokenizer.json", "<image>", $"{id}", $"{id + 1}");
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.json")]
    [InlineData("preprocessor_config.json")]
    public async Task AMissingFileIsNamed(string name)
    {
        File.Delete(Path.Combine(_folder, name));
        await RefusesAsync(name);
    }

    [Fact]
    public async Task ATokenizerThatIsNotConvertedIsNamedWithWhatConvertsIt()
    {
        File.Move(Path.Combine(_folder, "tokenizer.json"), Path.Combine(_folder, "tokenizer.model"));
        await RefusesAsync("tokenizer.json", "only tokenizer.model", "save_pretrained");
    }

    [Fact]
    public async Task ATokenizerWithoutTheImageTokenIsNamed()
    {
        Edit("tokenizer.json", tokenizer => tokenizer["added_tokens"]!.AsArray().Single(token => (string)token!["content"]! == "<image>")!["content"] = "<picture>");
        await RefusesAsync("tokenizer.json", "has no token <image>", "another model's");
    }

    [Fact]
    public async Task AnotherChatTemplateIsNoticedAndServes()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "chat_template.jinja"), "{{ '<image>' }}<|assistant|>");
        await using var engine = await VisionLanguageEngine.LoadAsync(new EngineOptions { ModelDirectory = _folder, Device = "cpu", DType = "float32" });
        var notice = Assert.Single(engine.Model.Notices);
        Assert.Contains("chat_template.jinja", notice, StringComparison.Ordinal);
        Assert.Contains("ASSISTANT:", notice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMissingFolderIsNamed()
    {
        Directory.Delete(_folder, recursive: true);
        await RefusesAsync(_folder);
    }

    [Fact]
    public async Task AnUnsupportedFamilyIsNamedWithTheSupportedOnes()
    {
        Edit("config.json", config => config["model_type"] = "blip");
        await RefusesAsync("blip", "llava");
    }

    [Fact]
    public async Task ATextOnlyCheckpointIsNamed()
    {
        Edit("config.json", config => config.Remove("vision_config"));
        await RefusesAsync("vision_config", "text-only");
    }

    [Fact]
    public async Task AMissingTensorIsNamed()
    {
        Edit("config.json", config => config["text_config"]!["num_hidden_layers"] = config["text_config"]!["num_hidden_layers"]!.GetValue<int>() + 1);
        await RefusesAsync("missing 'language_model.model.layers.", "mlp.down_proj.weight");
    }

    [Fact]
    public async Task AnUnexpectedTensorIsNamed()
    {
        Edit("config.json", config => config["text_config"]!["num_hidden_layers"] = config["text_config"]!["num_hidden_layers"]!.GetValue<int>() - 1);
        await RefusesAsync("unexpected '");
    }

    [Fact]
    public async Task ATensorOfTheWrongShapeIsNamed()
    {
        Edit("config.json", config => config["text_config"]!["intermediate_size"] = 8);
        await RefusesAsync("mlp.gate_proj.weight' has shape", "the config asks for");
    }

    [Fact]
    public async Task ATruncatedWeightsFileIsNamed()
    {
        var path = Path.Combine(_folder, "model.safetensors");
        var bytes = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, bytes[..(bytes.Length - 100)]);
        await RefusesAsync("model.safetensors", "truncated");
    }

    [Fact]
    public async Task AConfigThatIsNoJsonIsNamed()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "config.json"), "{");
        await RefusesAsync("config.json", "not valid JSON");
    }

    [Theory]
    [InlineData("cpu", "float16", "--dtype float16")]
    [InlineData("cpu", "int8", "--dtype 'int8'")]
    [InlineData("tpu", "auto", "--device 'tpu'")]
    [InlineData("cuda:x", "auto", "--device 'cuda:x'")]
    public async Task ADeviceOrTypeThatIsNotThereIsNamed(string device, string dtype, string expected)
    {
        var options = new EngineOptions { ModelDirectory = _folder, Device = device, DType = dtype };
        var exception = await Assert.ThrowsAsync<ModelLoadException>(() => VisionLanguageEngine.LoadAsync(options));
        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private async Task RefusesAsync(params string[] expected)
    {
        var before = Tensor.TotalCount;
        var options = new EngineOptions { ModelDirectory = _folder, Device = "cpu", DType = "float32" };
        var exception = await Assert.ThrowsAsync<ModelLoadException>(() => VisionLanguageEngine.LoadAsync(options));
        foreach (var part in expected) Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        Assert.Equal(before, Tensor.TotalCount);
    }

    private void Edit(string file, Action<JsonObject> change)
    {
        var path = Path.Combine(_folder, file);
        var root = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        change(root);
        File.WriteAllText(path, root.ToJsonString());
    }
}

using System.Text.Json.Nodes;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Inspection;
using ResPrune.Inference.Tests.Engine;
using ResPrune.Inference.Tests.Weights;

namespace ResPrune.Inference.Tests.Checkpoints;

/// <summary>What people give in a checkpoint's place is refused in one line that says what it is and what to do.</summary>
[Collection(nameof(TensorCounting))]
public sealed class FolderCheckTests : IDisposable
{
    private readonly CheckpointFolder _folder = new(CheckpointFolder.All.First(folder => File.Exists(Path.Combine(folder, "model.safetensors"))));

    private string Snapshot => Path.Combine(_folder.Path, "hub", "models--org--name", "snapshots", "abc");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("adapter_model.safetensors", "only an adapter", "merge_and_unload")]
    [InlineData("adapter_config.json", "only an adapter", "merge_and_unload")]
    [InlineData("adapter_model.bin", "only an adapter", "merge_and_unload")]
    [InlineData("model-Q4_K_M.gguf", "GGUF", "original repository")]
    [InlineData("mmproj-model-f16.GGUF", "GGUF", "original repository")]
    [InlineData("consolidated.safetensors", "Mistral or Meta", "convert_*_weights_to_hf.py")]
    [InlineData("consolidated-00001-of-00002.safetensors", "Mistral or Meta", "convert_*_weights_to_hf.py")]
    [InlineData("consolidated.00.pth", "Mistral or Meta", "convert_*_weights_to_hf.py")]
    [InlineData("model-00001-of-00002.safetensors", "model.safetensors.index.json", "Download that file")]
    [InlineData("model.fp16.safetensors", "under another name", "call the file model.safetensors")]
    [InlineData("pytorch_model.bin", "can run code", "save_pretrained")]
    [InlineData("pytorch_model-00001-of-00002.bin", "can run code", "save_pretrained")]
    [InlineData("model.pt", "can run code", "save_pretrained")]
    [InlineData("last.ckpt", "can run code", "save_pretrained")]
    [InlineData("tf_model.h5", "TensorFlow", "original repository")]
    [InlineData("openvino_model.bin", "OpenVINO", "original repository")]
    [InlineData("model.onnx", "ONNX", "original repository")]
    [InlineData("model.safetensors.incomplete", "cut off", "resprune model pull")]
    [InlineData("model.safetensors.part", "cut off", "resprune model pull")]
    [InlineData(".cache/huggingface/download/xyz=.abc.incomplete", "cut off", "resprune model pull")]
    public void WeightsOfAnotherKindAreToldWithOrWithoutAConfig(string name, string what, string advice)
    {
        File.Delete(_folder.In("model.safetensors"));
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.In(name))!);
        File.WriteAllText(_folder.In(name), name.EndsWith(".json", StringComparison.Ordinal) ? """{"base_model_name_or_path": "org/base"}""" : "x");
        Refuses(_folder.Path, Path.GetFileName(name), what, advice);
        File.Delete(_folder.In("config.json"));
        Refuses(_folder.Path, Path.GetFileName(name), what, advice);
    }

    [Fact]
    public void AnAdapterNamesItsBaseModel()
    {
        File.Delete(_folder.In("model.safetensors"));
        File.WriteAllText(_folder.In("adapter_config.json"), """{"base_model_name_or_path": "org/base"}""");
        Refuses(_folder.Path, "(org/base)");
    }

    [Fact]
    public async Task AnAdapterBesideWholeWeightsIsNoticed()
    {
        await File.WriteAllTextAsync(_folder.In("adapter_config.json"), "{}");
        Assert.Contains(Inspect(_folder.Path).Notices, notice => notice.Contains("adapter_config.json", StringComparison.Ordinal) && notice.Contains("not applied", StringComparison.Ordinal));
        await using var engine = await VisionLanguageEngine.LoadAsync(new EngineOptions { ModelDirectory = _folder.Path, Device = "cpu", DType = "float32" });
        Assert.Contains(engine.Model.Notices, notice => notice.Contains("adapter_config.json", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatATrainerLeavesIsNoWeights()
    {
        File.Delete(_folder.In("model.safetensors"));
        foreach (var name in (string[])["training_args.bin", "optimizer.pt", "scheduler.pt", "rng_state.pth"]) File.WriteAllText(_folder.In(name), "x");
        Refuses(_folder.Path, "model.safetensors: not found", "has no weights", "Download");
    }

    [Fact]
    public void NoWeightsAtAllAreSaidBeforeAnythingElseThatIsMissing()
    {
        File.Delete(_folder.In("model.safetensors"));
        File.Delete(_folder.In("tokenizer.json"));
        Refuses(_folder.Path, "model.safetensors: not found", "has no weights", "Download");
    }

    [Fact]
    public void AnEmptyFolderIsSaidToBe()
    {
        var empty = Directory.CreateDirectory(_folder.In("empty")).FullName;
        Refuses(empty, "config.json: no such file", "empty", "resprune model pull");
    }

    [Theory]
    [InlineData("hub/models--org--name")]
    [InlineData("hub/models--org--name/snapshots")]
    [InlineData("hub/models--org--name/blobs")]
    [InlineData("hub/models--org--name/refs")]
    public void AModelOfTheCacheIsToldItsSnapshotAndItsName(string given)
    {
        MakeCache();
        Refuses(_folder.In(given), "Hugging Face cache", $"'{Snapshot}'", "org/name");
    }

    [Theory]
    [InlineData("hub")]
    [InlineData("")]
    public void TheCacheItselfIsToldTheModelsInIt(string given)
    {
        MakeCache();
        Refuses(_folder.In(given), "Hugging Face cache", "org/name");
    }

    [Fact]
    public void ACacheWithoutASnapshotIsToldWhatFetchesIt()
    {
        MakeCache();
        foreach (var snapshot in Directory.GetDirectories(Path.GetDirectoryName(Snapshot)!)) Directory.Delete(snapshot, recursive: true);
        Refuses(_folder.In("hub/models--org--name"), "none of its snapshots", "resprune model pull org/name");
    }

    [Fact]
    public void ASnapshotWhoseBlobsAreNotThereYetIsToldSo()
    {
        MakeCache();
        foreach (var name in (string[])["config.json", "model.safetensors", "tokenizer.json"])
        {
            var path = Path.Combine(Snapshot, name);
            var bytes = File.ReadAllBytes(path);
            File.Delete(path);
            File.CreateSymbolicLink(path, "../../blobs/gone");
            Refuses(Snapshot, name, "is a link to '../../blobs/gone'", "resprune model pull");
            File.Delete(path);
            File.WriteAllBytes(path, bytes);
        }

        File.Delete(Path.Combine(Snapshot, "model.safetensors"));
        File.WriteAllText(_folder.In("hub/models--org--name/blobs/123.incomplete"), "x");
        Refuses(Snapshot, "123.incomplete", "cut off", "resprune model pull");
    }

    [Fact]
    public void AFolderAroundAModelIsToldWhichToGive()
    {
        var inner = Directory.CreateDirectory(_folder.In("outer/checkpoint-500")).FullName;
        File.Copy(_folder.In("config.json"), Path.Combine(inner, "config.json"));
        Refuses(_folder.In("outer"), "has no config.json", $"give '{inner}'");
    }

    [Fact]
    public void ADiffusersPipelineIsSaidToBeOne()
    {
        File.WriteAllText(_folder.In("model_index.json"), "{}");
        File.Delete(_folder.In("config.json"));
        Refuses(_folder.Path, "diffusers", "vision-language model is needed");
    }

    [Fact]
    public void AFileInAFoldersPlaceIsToldWhatToGive()
    {
        Refuses(_folder.In("model.safetensors"), "is a file", $"'{_folder.Path}'");
        var lone = Path.Combine(Directory.CreateDirectory(_folder.In("lone")).FullName, "model.gguf");
        File.WriteAllText(lone, "GGUF");
        Refuses(lone, "is a file", "GGUF", "original repository");
    }

    [Fact]
    public void TheFormOfLlavasOwnCodeIsToldApart()
    {
        _folder.Edit("config.json", config =>
        {
            config.Clear();
            config["model_type"] = "llava_llama";
            config["mm_vision_tower"] = "openai/clip-vit-large-patch14-336";
        });
        Refuses(_folder.Path, "config.json", "mm_vision_tower", "llava-hf/");
    }

    [Fact]
    public void AShardThatADownloadWasCutOffInIsToldWithTheDownload()
    {
        _folder.Split(2);
        File.Move(_folder.In(_folder.WeightFiles[1]), _folder.In(_folder.WeightFiles[1] + ".incomplete"));
        Refuses(_folder.Path, "model-00002-of-00002.safetensors", "not in the folder", "cut off", "resprune model pull");
    }

    [Fact]
    public void ATokenizerOneTokenTooLongIsToldBothNumbers()
    {
        var size = 0;
        _folder.Edit("config.json", config =>
        {
            var text = config["text_config"]?.AsObject() ?? config;
            size = text["vocab_size"]!.GetValue<int>();
        });
        _folder.Edit("tokenizer.json", tokenizer => tokenizer["added_tokens"]!.AsArray().Add(new JsonObject { ["id"] = size, ["content"] = "<one-too-many>", ["special"] = true }));
        Refuses(_folder.Path, "tokenizer.json", $"has {size + 1} tokens", $"only {size} rows", "resize_token_embeddings");
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(-200)]
    public void AnImageTokenOutsideOfTheVocabularyIsNamed(int id)
    {
        _folder.Edit("config.json", config =>
        {
            var field = config.ContainsKey("image_token_id") ? "image_token_id" : "image_token_index";
            config[field] = id;
        });
        Refuses(_folder.Path, "config.json", "image_token_i", $"{id}", "vocabulary", "download");
    }

    private static ModelReport Inspect(string folder) => ModelInspector.Inspect(new EngineOptions { ModelDirectory = folder, Device = "cpu", DType = "float32" }, ["all"]);

    private static void Refuses(string folder, params string[] expected)
    {
        var exception = Assert.Throws<ModelLoadException>(() => Inspect(folder));
        foreach (var part in expected) Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }

    private void MakeCache()
    {
        Directory.CreateDirectory(Snapshot);
        foreach (var file in Directory.GetFiles(_folder.Path)) File.Move(file, Path.Combine(Snapshot, Path.GetFileName(file)));
        Directory.CreateDirectory(_folder.In("hub/models--org--name/blobs"));
        Directory.CreateDirectory(_folder.In("hub/models--org--name/refs"));
        File.WriteAllText(_folder.In("hub/models--org--name/refs/main"), "abc");

        // An older commit that sorts before it.
        var older = Directory.CreateDirectory(Path.Combine(Snapshot, "..", "aaa")).FullName;
        File.WriteAllText(Path.Combine(older, "config.json"), "{}");
    }
}

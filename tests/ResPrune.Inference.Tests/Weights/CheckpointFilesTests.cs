using System.Buffers.Binary;
using System.Text.Json.Nodes;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Weights;

namespace ResPrune.Inference.Tests.Weights;

/// <summary>Weight files of a folder, whole and broken: every fault has its own line, which names file, tensor or field.</summary>
public sealed class CheckpointFilesTests : IDisposable
{
    private const int Shards = 3;
    private readonly CheckpointFolder _folder = new CheckpointFolder().Split(Shards);

    public static TheoryData<string> Checkpoints => [.. CheckpointFolder.All];

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void ShardsHoldWhatOneFileHolds(string source)
    {
        using var folder = new CheckpointFolder(source);
        var whole = CheckpointFiles.SizesOf(folder.Join().Path);
        using var files = CheckpointFiles.Open(folder.Split(Shards).Path);
        Assert.Equal(whole, files.Sizes);
        Assert.Equal(Shards, files.Files.Count);
        Assert.Equal(folder.WeightFiles.Sum(name => new FileInfo(folder.In(name)).Length), files.FileBytes);
    }

    [Fact]
    public void LinkedShardsAreFollowedAsTheHuggingFaceCacheHasThem()
    {
        using var blobs = new CheckpointFolder();
        foreach (var name in _folder.WeightFiles)
        {
            File.Move(_folder.In(name), blobs.In("blob-" + name));
            File.CreateSymbolicLink(_folder.In(name), Path.GetRelativePath(_folder.Path, blobs.In("blob-" + name)));
        }

        using var files = CheckpointFiles.Open(_folder.Path);
        Assert.Equal(Shards, files.Files.Count);
    }

    [Fact]
    public void AMissingShardIsNamed()
    {
        File.Delete(_folder.In(_folder.WeightFiles[1]));
        var missing = Refuses(ShardIndex.FileName, $"names {Shards} files, of which 1 are not in the folder", "Download");
        Assert.Contains($"model-00002-of-0000{Shards}.safetensors", missing, StringComparison.Ordinal);
    }

    [Fact]
    public void ABrokenLinkIsAMissingShard()
    {
        var shard = _folder.WeightFiles[0];
        File.Delete(_folder.In(shard));
        File.CreateSymbolicLink(_folder.In(shard), "../../blobs/gone");
        Refuses(ShardIndex.FileName, shard);
    }

    [Fact]
    public void ATensorThatIsNotInItsShardIsNamed()
    {
        var name = AnyTensor();
        _folder.Edit(ShardIndex.FileName, index => index["weight_map"]![name + ".other"] = _folder.WeightFiles[0]);
        Refuses(ShardIndex.FileName, $"'{name}.other' should be in '{_folder.WeightFiles[0]}' and is not");
    }

    [Fact]
    public void ATensorThatTheIndexDoesNotNameIsNamed()
    {
        var name = AnyTensor();
        _folder.Edit(ShardIndex.FileName, index => index["weight_map"]!.AsObject().Remove(name));
        Refuses(ShardIndex.FileName, $"holds '{name}', which the index does not name");
    }

    [Fact]
    public void ATensorInAnotherShardThanTheIndexSaysIsNamed()
    {
        var name = AnyTensor();
        var stored = _folder.WeightFiles[0];
        var said = _folder.WeightFiles[1];
        _folder.Edit(ShardIndex.FileName, index => index["weight_map"]![name] = said);
        Refuses(ShardIndex.FileName, $"'{stored}' holds '{name}', which the index has in '{said}'", $"'{name}' should be in '{said}' and is not");
    }

    [Theory]
    [InlineData("../model.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("sub/model.safetensors")]
    [InlineData("..")]
    [InlineData("")]
    public void AnIndexThatLeadsOutOfItsFolderIsRefused(string path)
    {
        var name = AnyTensor();
        _folder.Edit(ShardIndex.FileName, index => index["weight_map"]![name] = path);
        Refuses(ShardIndex.FileName, $"is '{path}'; expected the name of a file in the same folder");
    }

    [Theory]
    [InlineData("""{"weight_map": {}}""", "weight_map")]
    [InlineData("""{"weight_map": []}""", "weight_map")]
    [InlineData("""{"weight_map": {"a": 1}}""", "weight_map.a")]
    [InlineData("""{}""", "weight_map")]
    [InlineData("""{"weight_map": """, "not valid JSON")]
    public void AMalformedIndexIsNamed(string content, string expected)
    {
        File.WriteAllText(_folder.Index, content);
        Refuses(ShardIndex.FileName, expected);
    }

    [Fact]
    public void AShardCutShortIsNamed()
    {
        var shard = _folder.In(_folder.WeightFiles[^1]);
        using (var file = new FileStream(shard, FileMode.Open, FileAccess.Write, FileShare.None)) file.SetLength(file.Length - 10);
        Refuses(shard, "truncated or damaged");
    }

    [Fact]
    public void AHeaderOfTwoToTheSixtiethBytesIsNamed()
    {
        var shard = _folder.In(_folder.WeightFiles[0]);
        var bytes = File.ReadAllBytes(shard);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, 1UL << 60);
        File.WriteAllBytes(shard, bytes);
        Refuses(shard, "the header claims 1152921504606846976 bytes");
    }

    [Fact]
    public void OverlappingTensorsAreNamed()
    {
        var shard = _folder.In(_folder.WeightFiles[0]);
        var (first, second) = EditHeader(shard, header =>
        {
            var (a, b) = (header.ElementAt(0), header.ElementAt(1));
            var length = b.Value!["data_offsets"]![1]!.GetValue<long>() - b.Value["data_offsets"]![0]!.GetValue<long>();
            var begin = a.Value!["data_offsets"]![1]!.GetValue<long>() - 2;
            b.Value["data_offsets"] = new JsonArray(begin, begin + length);
            return (a.Key, b.Key);
        });
        Refuses(shard, $"tensors '{first}' and '{second}' overlap");
    }

    [Theory]
    [InlineData("F8_E4M3")]
    [InlineData("F8_E5M2")]
    [InlineData("U8")]
    public void AQuantisedElementTypeIsNamedWithWhatToDo(string type)
    {
        var shard = _folder.In(_folder.WeightFiles[0]);
        var name = EditHeader(shard, header =>
        {
            header.ElementAt(0).Value!["dtype"] = type;
            return header.ElementAt(0).Key;
        });
        Refuses(shard, $"tensor '{name}' has dtype {type}", "use the original one");
    }

    [Theory]
    [InlineData("""{"quant_method": "gptq", "bits": 4}""", "gptq, 4 bits")]
    [InlineData("""{"quant_method": "fp8", "weight_block_size": [128, 128]}""", "fp8")]
    [InlineData("""{"load_in_4bit": true}""", "method not named")]
    public void AQuantisedConfigIsNamedWithWhatToDo(string settings, string expected)
    {
        _folder.Edit("config.json", config => config["quantization_config"] = JsonNode.Parse(settings));
        Refuses("config.json", "quantization_config", expected, "use the original one");
    }

    [Theory]
    [InlineData("qweight")]
    [InlineData("scales")]
    [InlineData("weight_packed")]
    [InlineData("weight_scale_inv")]
    public void PartsOfQuantisedWeightsAreNamedWithWhatToDo(string part)
    {
        var tensors = _folder.Tensors().ToList();
        tensors[0] = (tensors[0].Entry with { Name = "layer." + part }, tensors[0].Bytes);
        _folder.Split(Shards, tensors);
        Refuses(_folder.WeightFiles[0], $"'layer.{part}' is part of a quantised weight", "use the original one");
    }

    [Fact]
    public void AFolderWithoutSafetensorsIsToldWhatIsRead()
    {
        foreach (var name in _folder.WeightFiles) File.Delete(_folder.In(name));
        File.Delete(_folder.Index);
        File.WriteAllText(_folder.In("pytorch_model.bin"), "");
        Refuses("model.safetensors", ShardIndex.FileName, ".bin and .pt files can run code");
    }

    [Fact]
    public void AnUnreadableFolderLeavesNothingMapped()
    {
        File.Delete(_folder.In(_folder.WeightFiles[0]));
        File.WriteAllText(_folder.In("model.safetensors"), "no");
        Refuses("model.safetensors");
        Assert.Empty(Mappings.Of(_folder.Path));
    }

    public void Dispose() => _folder.Dispose();

    private string AnyTensor()
    {
        using var file = SafetensorsFile.Open(_folder.In(_folder.WeightFiles[0]));
        return file.Entries.Keys.First();
    }

    private string Refuses(params string[] expected)
    {
        var exception = Assert.Throws<ModelLoadException>(() => CheckpointFiles.Open(_folder.Path).Dispose());
        foreach (var part in expected) Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        Assert.Empty(Mappings.Of(_folder.Path));
        return exception.Message;
    }

    private static T EditHeader<T>(string path, Func<JsonObject, T> change)
    {
        var bytes = File.ReadAllBytes(path);
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var header = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
        header.Remove("__metadata__");
        var result = change(header);
        var json = System.Text.Encoding.UTF8.GetBytes(header.ToJsonString());
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)json.Length);
        File.WriteAllBytes(path, [.. prefix, .. json, .. bytes[(8 + length)..]]);
        return result;
    }
}

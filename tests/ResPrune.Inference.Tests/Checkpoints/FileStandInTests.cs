using System.Text;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Inspection;
using ResPrune.Inference.Tests.Engine;
using ResPrune.Inference.Tests.Weights;

namespace ResPrune.Inference.Tests.Checkpoints;

/// <summary>A file that another thing lies in the place of is refused in one line that names the file, says what it is and what to do.</summary>
[Collection(nameof(TensorCounting))]
public sealed class FileStandInTests : IDisposable
{
    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    private readonly CheckpointFolder _folder = new(CheckpointFolder.All.First(folder => File.Exists(Path.Combine(folder, "model.safetensors"))));

    public static TheoryData<string> Files => ["config.json", "tokenizer.json", "preprocessor_config.json", "model.safetensors"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public void AGitLfsPointerIsNamed(string name)
    {
        Refuses(name, Pointer, "Git LFS pointer", "12345 bytes", "git lfs pull", "resprune model pull");
        Refuses(name, Pointer.Replace("\n", "\r\n", StringComparison.Ordinal), "Git LFS pointer", "git lfs pull");
        Refuses(name, Pointer.Replace("git-lfs.github.com/spec", "hawser.github.com/spec", StringComparison.Ordinal), "Git LFS pointer", "git lfs pull");
    }

    [Theory]
    [InlineData("generation_config.json")]
    [InlineData("model.safetensors.index.json")]
    [InlineData("processor_config.json")]
    public void APointerInAFileThatMayBeAbsentIsNamedToo(string name)
    {
        if (name.StartsWith("model", StringComparison.Ordinal)) File.Delete(_folder.In("model.safetensors"));
        Refuses(name, Pointer, "Git LFS pointer", "git lfs pull");
    }

    [Fact]
    public void APointerInAShardIsNamed()
    {
        _folder.Split(2);
        Refuses(_folder.WeightFiles[1], Pointer, "Git LFS pointer", "git lfs pull");
    }

    [Theory]
    [InlineData("chat_template.jinja")]
    [InlineData("chat_template.json")]
    [InlineData("tokenizer_config.json")]
    public void APointerInAChatTemplatesPlaceIsNoticed(string name)
    {
        File.WriteAllText(_folder.In(name), Pointer);
        var report = ModelInspector.Inspect(new EngineOptions { ModelDirectory = _folder.Path, Device = "cpu", DType = "float32" }, ["all"]);
        Assert.Contains(report.Notices, notice => notice.Contains(name, StringComparison.Ordinal) && notice.Contains("Git LFS pointer", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void AnEmptyFileIsNamed(string name) => Refuses(name, "", "is empty", "download it again");

    [Theory]
    [MemberData(nameof(Files))]
    public void AFileOfZerosIsNamed(string name) => Refuses(name, new string('\0', 5000), "zeros", "download it again");

    [Theory]
    [MemberData(nameof(Files))]
    public void AWebPageIsNamed(string name)
    {
        Refuses(name, "<!DOCTYPE html>\n<html><body>Log in</body></html>" + new string(' ', 4000), "web page", "download the file");
        Refuses(name, "\n<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "web page", "download the file");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void AnErrorTextIsShown(string name) => Refuses(name, "Entry not found", "only the text 'Entry not found'", "download it again");

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    public void AJsonFileCutShortIsNamedWithWhatToDo(string name)
    {
        var text = File.ReadAllText(_folder.In(name));
        Refuses(name, text[..(text.Length / 2)], "not valid JSON", "Download it again");
    }

    [Theory]
    [InlineData("GGUF\u0003\0\0\0", "GGUF")]
    [InlineData("PK\u0003\u0004\0\0\u0008\u0008", "pickle")]
    [InlineData("\u0080\u0002}q\0X\u0004\0\0", "pickle")]
    public void WeightsOfAnotherKindUnderTheNameAreNamed(string head, string what)
    {
        File.WriteAllBytes(_folder.In("model.safetensors"), [.. Encoding.Latin1.GetBytes(head), .. new byte[5000]]);
        Refuses("model.safetensors", null, what, "original");
    }

    [Theory]
    [InlineData(4)]
    [InlineData(100)]
    [InlineData(-1)]
    [InlineData(-1000)]
    public void WeightsCutShortAreNamedWithWhatToDo(int length)
    {
        using (var file = new FileStream(_folder.In("model.safetensors"), FileMode.Open, FileAccess.Write, FileShare.None))
            file.SetLength(length > 0 ? length : file.Length + length);
        var message = Refuses("model.safetensors", null);
        Assert.Contains("ownload it again", message, StringComparison.Ordinal);
    }

    private string Refuses(string name, string? content, params string[] expected)
    {
        if (content is not null) File.WriteAllText(_folder.In(name), content);
        var exception = Assert.Throws<ModelLoadException>(
            () => ModelInspector.Inspect(new EngineOptions { ModelDirectory = _folder.Path, Device = "cpu", DType = "float32" }, ["all"]));
        Assert.Contains(_folder.In(name), exception.Message, StringComparison.Ordinal);
        foreach (var part in expected) Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
        return exception.Message;
    }
}

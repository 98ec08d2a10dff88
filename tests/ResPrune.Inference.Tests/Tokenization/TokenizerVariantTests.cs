using System.Text.Json;
using System.Text.Json.Nodes;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Tests.Tokenization;

/// <summary>
/// Pipelines that published checkpoints have and the golden set has not (GPT-2, Llama-3, Mistral's later files), against ids that Hugging
/// Face's own tokenizers made: <c>TokenizerVariants.json</c> holds two small vocabularies, what each variant replaces, and its cases.
/// </summary>
public sealed class TokenizerVariantTests : IDisposable
{
    private static readonly JsonObject File = Read();
    private readonly string _directory = Directory.CreateTempSubdirectory("resprune-variant").FullName;

    public static TheoryData<string> Names() => new(File["variants"]!.AsArray().Select(variant => (string)variant!["name"]!));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [MemberData(nameof(Names))]
    public void Ids_and_decodings_equal_the_reference(string name)
    {
        var variant = File["variants"]!.AsArray().Single(one => (string)one!["name"]! == name)!;
        var tokenizer = Load(variant);
        var cases = variant["cases"]!.AsArray();
        Assert.NotEmpty(cases);
        Assert.All(cases, one =>
        {
            var text = (string)one!["text"]!;
            var ids = one["ids"]!.Deserialize<int[]>()!;
            Assert.Equal(ids, tokenizer.Encode(text, addSpecialTokens: false));
            Assert.Equal(one["ids_with_special"]!.Deserialize<int[]>()!, tokenizer.Encode(text, addSpecialTokens: true));
            Assert.Equal((string)one["decoded"]!, tokenizer.Decode(ids, skipSpecialTokens: true));
        });
    }

    private ITokenizer Load(JsonNode variant)
    {
        var json = File["bases"]![(string)variant["base"]!]!.DeepClone();
        foreach (var (field, value) in variant["replace"]!.AsObject()) json[field] = value?.DeepClone();
        foreach (var (field, value) in variant["model"]!.AsObject()) json["model"]![field] = value?.DeepClone();
        var path = Path.Combine(_directory, TokenizerLoader.FileName);
        System.IO.File.WriteAllText(path, json.ToJsonString());
        return TokenizerLoader.Load(path);
    }

    private static JsonObject Read()
    {
        using var stream = typeof(TokenizerVariantTests).Assembly.GetManifestResourceStream("TokenizerVariants.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }
}

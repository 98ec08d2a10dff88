using System.Text.Json.Nodes;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Tests.Models;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Tests.Tokenization;

/// <summary>A tokenizer that is another model's is refused, whatever the family.</summary>
public sealed class TokenizerFitTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("resprune-fit").FullName;

    public static TheoryData<string> Models() => GoldenModel.Folders();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [MemberData(nameof(Models))]
    public void Its_own_tokenizer_fits(string directory)
    {
        var checkpoint = ModelFamilies.Open(directory);
        TokenizerLoader.RequireImageToken(directory, TokenizerLoader.LoadFolder(directory), checkpoint.ImageToken, checkpoint.ImageTokenId);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_missing_image_token_is_named(string directory)
    {
        var checkpoint = ModelFamilies.Open(directory);
        var message = Refusal(directory, json => Image(json, checkpoint)["content"] = "<another>");
        Assert.Contains($"has no token {checkpoint.ImageToken}", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void An_image_token_with_another_id_is_named(string directory)
    {
        var checkpoint = ModelFamilies.Open(directory);
        var other = checkpoint.ImageTokenId + 100;
        var message = Refusal(directory, json => Image(json, checkpoint)["id"] = other);
        Assert.Contains($"{checkpoint.ImageToken} has id {other}, but config.json's image token is {checkpoint.ImageTokenId}", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void An_image_token_that_text_could_spell_is_named(string directory)
    {
        var checkpoint = ModelFamilies.Open(directory);
        var message = Refusal(directory, json =>
        {
            // One merge after the other up to the whole token, in front of all others; not an added token any more.
            json["added_tokens"]!.AsArray().Remove(Image(json, checkpoint));
            var (vocabulary, merges) = (json["model"]!["vocab"]!.AsObject(), json["model"]!["merges"]!.AsArray());
            var next = 1 << 20;
            for (var length = checkpoint.ImageToken.Length; length > 1; length--)
            {
                var piece = checkpoint.ImageToken[..length];
                vocabulary[piece] ??= length == checkpoint.ImageToken.Length ? checkpoint.ImageTokenId : next++;
                merges.Insert(0, new JsonArray(piece[..^1], piece[^1..]));
            }

            foreach (var character in checkpoint.ImageToken) vocabulary[character.ToString()] ??= next++;
            json["pre_tokenizer"] = null;
        });
        Assert.Contains("ordinary piece", message, StringComparison.Ordinal);
    }

    private string Refusal(string model, Action<JsonNode> change)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(model, TokenizerLoader.FileName)))!;
        change(json);
        File.WriteAllText(Path.Combine(_directory, TokenizerLoader.FileName), json.ToJsonString());
        var checkpoint = ModelFamilies.Open(model);
        var tokenizer = TokenizerLoader.LoadFolder(_directory);
        var exception = Assert.Throws<ModelLoadException>(
            () => TokenizerLoader.RequireImageToken(_directory, tokenizer, checkpoint.ImageToken, checkpoint.ImageTokenId));
        Assert.StartsWith(_directory, exception.Message, StringComparison.Ordinal);
        return exception.Message;
    }

    private static JsonNode Image(JsonNode json, IModelCheckpoint checkpoint) =>
        json["added_tokens"]!.AsArray().Single(token => (string)token!["content"]! == checkpoint.ImageToken)!;
}

using ResPrune.Golden;
using ResPrune.Inference.Models;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Tests.Processing;

/// <summary>Against prompts that transformers' processor tokenised.</summary>
[Trait("Category", "Golden")]
public sealed class LlavaPromptGoldenTests
{
    /// <summary>Checkpoints of this family; xunit fails a theory that has none.</summary>
    public static TheoryData<string> Models()
    {
        var names = GoldenData.Folders("models").Select(folder => Path.GetFileName(folder));
        return new TheoryData<string>(names.Where(
            name => GoldenData.Json("models", name, "config.json").GetProperty("model_type").GetString() == LlavaConfig.ModelType));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Prompt_ids_equal_the_reference(string model)
    {
        var (_, processor, imageTokenId) = Load(model);
        var cases = GoldenData.Json("models", model, "expected", "cases.json").GetProperty("cases").EnumerateArray().ToArray();
        Assert.NotEmpty(cases);
        Assert.All(cases, one =>
        {
            var question = one.GetProperty("question").GetString()!;
            Assert.True(processor.Compose(question).TryGet(out var prompt, out var failure), failure?.Message);
            Assert.Equal(one.GetProperty("prompt_ids").EnumerateArray().Select(id => id.GetInt32()), prompt.Ids);
            Assert.Equal(prompt.Ids.AsSpan().IndexOf(imageTokenId), prompt.ImageIndex);
        });
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Question_tokens_point_at_their_words(string model)
    {
        var (tokenizer, processor, _) = Load(model);
        foreach (var one in GoldenData.Json("models", model, "expected", "cases.json").GetProperty("cases").EnumerateArray())
        {
            var question = one.GetProperty("question").GetString()!;
            Assert.True(processor.Compose(question).TryGet(out var prompt, out var failure), failure?.Message);
            Assert.Equal(0, prompt.Question[0].Start);
            Assert.Equal(question.Length, prompt.Question[^1].End);
            Assert.All(prompt.Question, token =>
            {
                Assert.Equal(prompt.Ids[token.Position], token.Id);

                // Decoded behind another piece, since the first one of a text loses its leading space.
                var anchor = prompt.Ids[1];
                var piece = tokenizer.Decode([anchor, token.Id], skipSpecialTokens: false)[tokenizer.Decode([anchor], skipSpecialTokens: false).Length..];
                Assert.Equal(question[token.Start..token.End], piece);
            });
        }
    }

    private static (ITokenizer Tokenizer, MultimodalProcessor Processor, int ImageTokenId) Load(string model)
    {
        var directory = GoldenData.PathOf("models", model);
        var tokenizer = TokenizerLoader.Load(Path.Combine(directory, "tokenizer.json"));
        var imageTokenId = LlavaConfig.Read(directory).ImageTokenId;
        return (tokenizer, MultimodalProcessor.LoadLlava(directory, tokenizer, imageTokenId, maxMegapixels: 1), imageTokenId);
    }
}

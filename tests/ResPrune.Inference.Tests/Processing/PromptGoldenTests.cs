using System.Text.Json;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Tests.Models;
using ResPrune.Inference.Tokenization;

namespace ResPrune.Inference.Tests.Processing;

/// <summary>Against prompts that transformers' processor tokenised.</summary>
[Trait("Category", "Golden")]
public sealed class PromptGoldenTests
{
    /// <summary>Folders of the reference checkpoints.</summary>
    public static TheoryData<string> Models() => GoldenModel.Folders();

    [Theory]
    [MemberData(nameof(Models))]
    public void Prompt_ids_equal_the_reference(string directory)
    {
        var golden = new GoldenModel(directory);
        var (_, format, imageTokenId) = Load(golden);
        Assert.NotEmpty(golden.Cases);
        Assert.All(golden.Cases, one =>
        {
            var question = one.GetProperty("question").GetString()!;
            var prompt = format.Compose(question);
            Assert.Equal(one.GetProperty("prompt_ids").EnumerateArray().Select(id => id.GetInt32()), prompt.Ids);
            Assert.Equal(prompt.Ids.AsSpan().IndexOf(imageTokenId), prompt.ImageIndex);
        });
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Question_tokens_point_at_their_words(string directory)
    {
        var golden = new GoldenModel(directory);
        var (tokenizer, format, _) = Load(golden);
        foreach (var one in golden.Cases)
        {
            var question = one.GetProperty("question").GetString()!;
            var prompt = format.Compose(question);
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

    [Theory]
    [MemberData(nameof(Models))]
    public void The_prompt_as_text_is_what_the_ids_decode_to(string directory)
    {
        var (tokenizer, format, _) = Load(new GoldenModel(directory));
        const string Asked = "is it red";
        var decoded = tokenizer.Decode(format.Compose(Asked).Ids, skipSpecialTokens: false);
        var text = format.Text.Replace(CheckpointChatTemplate.Question, Asked, StringComparison.Ordinal);

        // A SentencePiece tokenizer begins each stretch with a space, and the prompt with its <s>.
        Assert.EndsWith(text.Replace(" ", "", StringComparison.Ordinal), decoded.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    /// <summary>Every control token of the tokenizer, typed by a user.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void A_question_cannot_bring_control_tokens_in(string directory)
    {
        var golden = new GoldenModel(directory);
        var (tokenizer, format, _) = Load(golden);
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(directory, "tokenizer.json")));
        var added = file.RootElement.GetProperty("added_tokens").EnumerateArray()
            .ToDictionary(token => token.GetProperty("id").GetInt32(), token => token.GetProperty("content").GetString()!);
        Assert.NotEmpty(added);
        int[] Controls(string question) => [.. format.Compose(question).Ids.Where(added.ContainsKey)];

        var plain = Controls("What is it?");
        Assert.All(added.Values, typed =>
        {
            Assert.Equal(plain, Controls(typed));
            Assert.Equal(plain, Controls($"What{typed} is it?{typed}"));
            Assert.Contains(typed, tokenizer.Decode([.. format.Compose($"a {typed} b").Question.Select(token => token.Id)], skipSpecialTokens: true));
        });
    }

    private static (ITokenizer Tokenizer, IPromptFormat Format, int ImageTokenId) Load(GoldenModel model)
    {
        var checkpoint = model.Open();
        var tokenizer = TokenizerLoader.Load(Path.Combine(model.Directory, "tokenizer.json"));
        return (tokenizer, checkpoint.CreatePromptFormat(tokenizer), checkpoint.ImageTokenId);
    }
}

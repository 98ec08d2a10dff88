using System.Text.Encodings.Web;
using System.Text.Json;
using ResPrune.Inference.Models.Llava;
using ResPrune.Inference.Processing;
using ResPrune.Inference.Pruning.Conditioning;
using ResPrune.Inference.Tokenization;
using ResPrune.TinyModel.Export;
using ResPrune.TinyModel.Questions;
using ResPrune.TinyModel.Scenes;

namespace ResPrune.TinyModel.Vocabulary;

/// <summary>The trainer encodes by looking words up; the product encodes by merges. Both must give the same ids.</summary>
public sealed class TinyVocabularyTests : IDisposable
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TinyVocabulary _vocabulary = new();
    private readonly string _path = Path.GetTempFileName();
    private readonly ITokenizer _tokenizer;

    public TinyVocabularyTests()
    {
        File.WriteAllText(_path, TokenizerFile.Build(_vocabulary).ToJsonString(Relaxed));
        _tokenizer = TokenizerLoader.Load(_path);
    }

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void ItIsSmall() => Assert.InRange(_vocabulary.Size, 1, 900);

    [Fact]
    public void EveryWordOfTheTemplatesIsOneToken() =>
        Assert.All(WordList.Words, word => Assert.Equal([_vocabulary.Word(word)], _tokenizer.EncodeText(word).Select(t => t.Id)));

    [Fact]
    public void TheProductsTokenizerGivesTheIdsTrainedWith()
    {
        foreach (var question in Enumerable.Range(0, 500).SelectMany(i => EvaluationSet.Ask(SceneGenerator.Generate(i))))
        {
            Assert.Equal(_vocabulary.AfterImage(question.Text), _tokenizer.EncodeText($"\n{question.Text} ASSISTANT:").Select(t => t.Id));
            Assert.Equal(_vocabulary.Answer(question.Answer)[..^1], _tokenizer.EncodeText(question.Answer).Select(t => t.Id));
        }

        Assert.Equal(_vocabulary.BeforeImage(), _tokenizer.Encode("USER: ", addSpecialTokens: true));
    }

    [Fact]
    public void TokensAreChosenByTheSameWordsInTrainingAndInTheEngine()
    {
        var format = new ChatPromptFormat(_tokenizer, _vocabulary.Image, LlavaCheckpoint.Template);
        foreach (var question in Enumerable.Range(0, 300).SelectMany(i => EvaluationSet.Ask(SceneGenerator.Generate(i))))
        {
            var tokens = format.Compose(question.Text).Question.Select(t => new TextToken(t.Id, t.Start, t.End)).ToArray();
            Assert.Equal(ConditionTokens.Select(question.Text, tokens), _vocabulary.Condition(question.Text));
        }
    }

    [Fact]
    public void AnswersReadBackAsText()
    {
        foreach (var question in Enumerable.Range(0, 200).SelectMany(i => EvaluationSet.Ask(SceneGenerator.Generate(i))))
            Assert.Equal(question.Answer, _tokenizer.Decode(_vocabulary.Answer(question.Answer), skipSpecialTokens: true).Trim());
    }

    [Theory]
    [InlineData("Which zebra? 7€")]
    [InlineData("catalogue")]
    public void WordsItDoesNotKnowFallBackToCharactersAndReadBack(string text) =>
        Assert.Equal(text, _tokenizer.Decode([.. _tokenizer.Encode(text, addSpecialTokens: false)], skipSpecialTokens: true));

    [Fact]
    public void TheAddedTokensStandAfterThePieces()
    {
        Assert.Equal(_vocabulary.Image, _tokenizer.TokenId("<image>"));
        Assert.Equal(_vocabulary.Padding, _tokenizer.TokenId("<pad>"));
        Assert.True(_tokenizer.VocabularySize <= _vocabulary.Size);
    }
}

using System.Text.RegularExpressions;
using ResPrune.TinyModel.Scenes;

namespace ResPrune.TinyModel.Questions;

/// <summary>Reads each question as a person would and answers it from the scene, by other means than the generator's.</summary>
public sealed partial class QuestionGeneratorTests
{
    private static readonly string[] Numbers = ["zero", "one", "two", "three", "four", "five", "six"];

    public static TheoryData<QuestionKind> Kinds => [.. Enum.GetValues<QuestionKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void TheAnswerIsTrue(QuestionKind kind)
    {
        var asked = 0;
        for (var seed = 0; seed < 400; seed++)
        {
            var scene = SceneGenerator.Generate(seed);
            if (new QuestionGenerator(scene, new SceneRandom((ulong)seed)).Ask(kind) is not { } question)
                continue;
            asked++;
            Assert.True(Truth(scene, question) == question.Answer, $"seed {seed}: {question}");
        }

        Assert.InRange(asked, 300, 400);
    }

    [Fact]
    public void HalfOfTheExistenceQuestionsAreAboutWhatIsAbsent()
    {
        var answers = Enumerable.Range(0, 1000)
            .Select(i => new QuestionGenerator(SceneGenerator.Generate(i), new SceneRandom((ulong)i)).Ask(QuestionKind.Exist)!.Answer);

        Assert.InRange(answers.Count(a => a == "no"), 430, 570);
    }

    [Fact]
    public void HalfOfTheQuestionsAskForAShortAnswerAndNoCaptionDoes()
    {
        var questions = Enumerable.Range(0, 1000)
            .SelectMany(i => EvaluationSet.Ask(SceneGenerator.Generate(i))).ToLookup(q => q.Kind == QuestionKind.Caption);

        Assert.DoesNotContain(questions[true], q => q.Text.Contains("single word", StringComparison.Ordinal));
        Assert.InRange(questions[false].Count(q => q.Text.EndsWith("single word or phrase.", StringComparison.Ordinal)) / (double)questions[false].Count(), 0.45, 0.55);
    }

    [Fact]
    public void TheNounAQuestionNamesIsReported()
    {
        foreach (var question in Enumerable.Range(0, 200).SelectMany(i => EvaluationSet.Ask(SceneGenerator.Generate(i))))
        {
            var named = Nouns(question.Text.Replace(QuestionTemplates.ShortAnswer, "", StringComparison.Ordinal)).SingleOrDefault();
            Assert.Equal(named, question.Noun < 0 ? null : NounCatalogue.All[question.Noun]);
        }
    }

    private static IEnumerable<Noun> Nouns(string text)
    {
        var words = Words().Matches(text).Select(m => m.Value).ToHashSet();
        return NounCatalogue.All.Where(n => words.Contains(n.Name) || words.Contains(n.Plural));
    }

    private static string Truth(Scene scene, Question question)
    {
        var text = question.Text.Replace(QuestionTemplates.ShortAnswer, "", StringComparison.Ordinal);
        var noun = Nouns(text).SingleOrDefault();
        var shown = scene.Objects.Where(o => o.NounWord == noun).ToArray();
        switch (question.Kind)
        {
            case QuestionKind.Exist:
                return shown.Length > 0 ? "yes" : "no";
            case QuestionKind.Count:
                return Numbers[shown.Length];
            case QuestionKind.Total:
                return Numbers[scene.Objects.Count];
            case QuestionKind.Where:
                return Assert.Single(shown).Place.Name;
            case QuestionKind.Color:
                return Assert.Single(shown).CardColour.Name;
            case QuestionKind.What:
                var place = Enumerable.Range(0, Place.Count).Select(i => new Place(i)).OrderByDescending(p => p.Name.Length).First(p => text.Contains($"the {p.Name}", StringComparison.Ordinal));
                return scene.Objects.SingleOrDefault(o => o.Place == place)?.NounWord.Name ?? "nothing";
            case QuestionKind.Left:
                var from = Assert.Single(shown);
                var side = text.Contains("left", StringComparison.Ordinal) ? -1 : 1;
                for (var column = from.Place.Column + side; column is >= 0 and < 3; column += side)
                {
                    if (scene.At(new Place(from.Place.Row * 3 + column)) is { } beside)
                        return beside.NounWord.Name;
                }

                return "nothing";
            default:
                var parts = scene.Objects.GroupBy(o => o.NounWord).Select(g => g.Count() == 1 ? g.Key.WithArticle : $"{Numbers[g.Count()]} {g.Key.Plural}").ToList();
                var last = parts[^1];
                return parts.Count == 1 ? last : string.Join(", ", parts.Take(parts.Count - 1)) + " and " + last;
        }
    }

    [GeneratedRegex("[A-Za-z]+")]
    private static partial Regex Words();
}

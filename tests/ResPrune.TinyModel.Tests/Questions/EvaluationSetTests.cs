using ResPrune.TinyModel.Scenes;

namespace ResPrune.TinyModel.Questions;

public sealed class EvaluationSetTests(DrawnIcons icons) : IClassFixture<DrawnIcons>
{
    [Fact]
    public void ItGivesExactlyAsManyQuestionsOfAllKindsAndTheSameEachTime()
    {
        var items = EvaluationSet.Generate(icons.Library, SeedRanges.Evaluation, 41).ToArray();
        var again = EvaluationSet.Generate(icons.Library, SeedRanges.Evaluation, 41).ToArray();

        Assert.Equal(41, items.Length);
        Assert.Equal(EvaluationSet.Kinds.Order(), items.Select(i => i.Question.Kind).Distinct().Order());
        Assert.Equal(items.Select(i => (i.Seed, i.Question)), again.Select(i => (i.Seed, i.Question)));
        Assert.All(items.Zip(again), pair => Assert.True(pair.First.Png.Span.SequenceEqual(pair.Second.Png.Span)));
        Assert.All(items, i => Assert.True(i.Seed >= SeedRanges.Evaluation && i.Seed < SeedRanges.Evaluation + SeedRanges.Length));
    }

    [Theory]
    [InlineData("top left", true)]
    [InlineData(" Top left.", true)]
    [InlineData("top", false)]
    [InlineData("", false)]
    public void AnAnswerIsRightWhateverItsCaseBlanksAndFullStop(string answer, bool right)
    {
        var item = new EvaluationItem(1, ReadOnlyMemory<byte>.Empty, new Question(QuestionKind.Where, "Where is the cat?", "top left"));

        Assert.Equal(right, item.IsRight(answer));
    }
}

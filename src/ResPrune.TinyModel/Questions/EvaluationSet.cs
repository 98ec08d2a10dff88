using ResPrune.TinyModel.Scenes;

namespace ResPrune.TinyModel.Questions;

/// <summary>Questions about scenes the weights have never seen.</summary>
public static class EvaluationSet
{
    private const ulong QuestionSalt = 0x51C64E6D;

    /// <summary>Every kind of question, in the order of the tables.</summary>
    public static IReadOnlyList<QuestionKind> Kinds { get; } = Enum.GetValues<QuestionKind>();

    /// <summary>Draws scenes one after the other and asks one question of every kind about each, until there are enough.</summary>
    /// <param name="icons">The emoji drawings.</param>
    /// <param name="firstSeed">Seed of the first scene; <see cref="SeedRanges.Evaluation"/> for a result to report.</param>
    /// <param name="questions">How many questions, at least 1.</param>
    /// <returns>Exactly <paramref name="questions"/> items, those of one picture next to each other.</returns>
    public static IEnumerable<EvaluationItem> Generate(IconLibrary icons, long firstSeed, int questions)
    {
        ArgumentNullException.ThrowIfNull(icons);
        ArgumentOutOfRangeException.ThrowIfLessThan(questions, 1);
        return Items(new SceneRenderer(icons), firstSeed).Take(questions);
    }

    /// <summary>The questions about the scene of a seed: one of every kind it allows.</summary>
    internal static IEnumerable<Question> Ask(Scene scene)
    {
        var generator = new QuestionGenerator(scene, new SceneRandom((ulong)scene.Seed ^ QuestionSalt));
        return Kinds.Select(generator.Ask).OfType<Question>();
    }

    private static IEnumerable<EvaluationItem> Items(SceneRenderer renderer, long seed)
    {
        for (; ; seed++)
        {
            var scene = SceneGenerator.Generate(seed);
            var png = renderer.Png(scene);
            foreach (var question in Ask(scene))
                yield return new EvaluationItem(seed, png, question);
        }
    }
}

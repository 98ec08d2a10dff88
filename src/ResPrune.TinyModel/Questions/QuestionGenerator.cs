using ResPrune.TinyModel.Scenes;
using T = ResPrune.TinyModel.Questions.QuestionTemplates;

namespace ResPrune.TinyModel.Questions;

/// <summary>Asks questions about one scene.</summary>
/// <param name="scene">The scene asked about.</param>
/// <param name="random">Decides what is asked and how it is worded.</param>
internal sealed class QuestionGenerator(Scene scene, SceneRandom random)
{
    private readonly int[] _shown = [.. scene.Objects.Select(o => o.Noun).Distinct()];
    private readonly SceneObject[] _unique = [.. scene.Objects.Where(o => scene.CountOf(o.Noun) == 1)];

    /// <summary>A question of a kind, or null where the scene has nothing to ask about (no noun shown once).</summary>
    public Question? Ask(QuestionKind kind)
    {
        if (_unique.Length == 0 && kind is QuestionKind.Where or QuestionKind.Color or QuestionKind.Left)
            return null;
        var (text, answer, noun) = kind switch
        {
            QuestionKind.Exist => Exist(),
            QuestionKind.Count => Count(),
            QuestionKind.Where => Where(),
            QuestionKind.What => What(),
            QuestionKind.Color => Color(),
            QuestionKind.Left => Left(),
            QuestionKind.Total => (random.Pick(T.Total), T.Numbers[scene.Objects.Count], -1),
            QuestionKind.Caption => (random.Pick(T.Caption), Caption(), -1),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a kind of question"),
        };
        if (kind != QuestionKind.Caption && random.Next(2) == 0)
            text += T.ShortAnswer;
        return new Question(kind, text, answer, noun);
    }

    private (string, string, int) Exist()
    {
        var present = random.Next(2) == 0;
        var noun = present ? random.Pick(_shown) : Absent();
        return (random.Pick(T.Exist).Replace("{a}", NounCatalogue.All[noun].WithArticle, StringComparison.Ordinal), present ? T.Yes : T.No, noun);
    }

    private (string, string, int) Count()
    {
        // One in five asks for what is not there; of the rest half ask for something shown more than once, where there is one.
        var several = _shown.Where(n => scene.CountOf(n) > 1).ToArray();
        var noun = random.Next(5) == 0 ? Absent() : several.Length > 0 && random.Next(2) == 0 ? random.Pick(several) : random.Pick(_shown);
        return (random.Pick(T.Count).Replace("{p}", NounCatalogue.All[noun].Plural, StringComparison.Ordinal), T.Numbers[scene.CountOf(noun)], noun);
    }

    private (string, string, int) Where()
    {
        var thing = random.Pick(_unique);
        return (random.Pick(T.Where).Replace("{n}", thing.NounWord.Name, StringComparison.Ordinal), thing.Place.Name, thing.Noun);
    }

    private (string, string, int) What()
    {
        // Three in four ask about a place where something is: nine places hold four objects on average.
        var place = random.Next(4) == 0 ? new Place(random.Next(Place.Count)) : random.Pick(scene.Objects).Place;
        var thing = scene.At(place);
        var template = thing is not null && random.Next(5) == 0
            ? random.Pick(T.WhatCategory).Replace("{c}", thing.NounWord.Category, StringComparison.Ordinal)
            : random.Pick(T.What);
        return (template.Replace("{s}", place.Name, StringComparison.Ordinal), thing?.NounWord.Name ?? T.Nothing, -1);
    }

    private (string, string, int) Color()
    {
        var thing = random.Pick(_unique);
        return (random.Pick(T.Color).Replace("{n}", thing.NounWord.Name, StringComparison.Ordinal), thing.CardColour.Name, thing.Noun);
    }

    private (string, string, int) Left()
    {
        var left = random.Next(2) == 0;
        // Half of the time ask where there is an answer, if anywhere: most objects have nothing beside them.
        var sided = _unique.Where(o => Beside(o, left) is not null).ToArray();
        var thing = sided.Length > 0 && random.Next(2) == 0 ? random.Pick(sided) : random.Pick(_unique);
        var text = random.Pick(left ? T.Left : T.Right).Replace("{n}", thing.NounWord.Name, StringComparison.Ordinal);
        return (text, Beside(thing, left)?.NounWord.Name ?? T.Nothing, thing.Noun);
    }

    private SceneObject? Beside(SceneObject thing, bool left) => left
        ? scene.Objects.LastOrDefault(o => o.Place.Row == thing.Place.Row && o.Place.Column < thing.Place.Column)
        : scene.Objects.FirstOrDefault(o => o.Place.Row == thing.Place.Row && o.Place.Column > thing.Place.Column);

    private string Caption()
    {
        var parts = _shown.Select(n => scene.CountOf(n) == 1
            ? NounCatalogue.All[n].WithArticle
            : $"{T.Numbers[scene.CountOf(n)]} {NounCatalogue.All[n].Plural}").ToArray();
        return parts.Length == 1 ? parts[0] : $"{string.Join(", ", parts[..^1])} {T.And} {parts[^1]}";
    }

    private int Absent()
    {
        int noun;
        do
            noun = random.Next(NounCatalogue.All.Count);
        while (_shown.Contains(noun));
        return noun;
    }
}

using ResPrune.TinyModel.Questions;
using ResPrune.TinyModel.Scenes;
using ResPrune.TinyModel.Vocabulary;

namespace ResPrune.TinyModel.Training;

/// <summary>Makes the batch of a step; the same step gives the same batch. Not thread-safe.</summary>
internal sealed class BatchFactory(IconLibrary icons, TinyVocabulary vocabulary, TrainingSchedule schedule)
{
    private const int Side = SceneRenderer.ModelSide;
    private const int Tokens = TinyModelShape.VisualTokens;
    private const int Prefix = 4;
    private const int TextRows = 4;
    private const int TextWidth = 52;
    private const int MissesUntilFull = 3;
    private const int MoreTries = 8;
    private const int SeedsPerStep = 64;

    private static readonly float[] Mean = [0.48145466f, 0.4578275f, 0.40821073f];
    private static readonly float[] Deviation = [0.26862954f, 0.26130258f, 0.27577711f];
    private static readonly QuestionKind[] Kinds = Enum.GetValues<QuestionKind>();

    private readonly SceneRenderer _renderer = new(icons);

    /// <summary>The training batch of a step.</summary>
    public TrainingBatch Training(long step)
    {
        var random = new SceneRandom((ulong)step * 0xA24BAED4963EE407 + 7);
        if (schedule.IsEyes(step))
            return Make(step, random, Empty(schedule.BatchSize, Tokens, chosen: false, null));
        var kind = random.NextFloat();
        if (kind < schedule.ChosenShare)
        {
            // Tokens are chosen for one question, so a picture has fewer questions and a batch more pictures.
            var few = random.Between(12, 64);
            return Make(step, random, Empty(2 * schedule.BatchSize, few, chosen: true, new PackedText(vocabulary, 2 * schedule.BatchSize, 1, TextWidth, Prefix + few)));
        }

        var kept = kind < schedule.ChosenShare + schedule.DroppedShare ? random.Between(16, 100) : Tokens;
        return Make(step, random, Empty(schedule.BatchSize, kept, chosen: false, new PackedText(vocabulary, schedule.BatchSize, TextRows, TextWidth, Prefix + kept)));
    }

    /// <summary>A batch of held-out scenes with one question of every kind.</summary>
    /// <param name="first">Number of the first scene.</param>
    /// <param name="size">How many scenes.</param>
    /// <param name="kept">Visual tokens to keep, at random when not all.</param>
    public TrainingBatch Validation(long first, int size, int kept)
    {
        var batch = Empty(size, kept, chosen: false, new PackedText(vocabulary, size, TextRows, TextWidth, Prefix + kept));
        for (var i = 0; i < size; i++)
        {
            var scene = SceneGenerator.Generate(SeedRanges.Validation + first + i);
            Draw(batch, i, scene, 1);
            foreach (var question in EvaluationSet.Ask(scene))
                batch.Text!.TryAdd(i, scene, question);
        }

        Keep(batch, new SceneRandom((ulong)first + 99));
        batch.Text!.Normalise();
        return batch;
    }

    private TrainingBatch Make(long step, SceneRandom random, TrainingBatch batch)
    {
        for (var i = 0; i < batch.Size; i++)
        {
            var seed = SeedRanges.Training + step * SeedsPerStep + i;
            // The eyes learn most from full scenes, the language model first from nearly empty ones.
            var scene = batch.Text is null ? SceneGenerator.Generate(seed, 4, Place.Count)
                : random.Chance(schedule.EasyChance(step)) ? SceneGenerator.Generate(seed, 1, 2)
                : SceneGenerator.Generate(seed);
            Draw(batch, i, scene, random.Next(10) switch { < 6 => 1, < 9 => 2, _ => 4 });
            if (batch.Conditions is not null)
                batch.Conditions[i] = AskOneThing(batch.Text!, i, scene, random);
            else if (batch.Text is not null)
                Ask(batch.Text, i, scene, random);
        }

        Keep(batch, random);
        batch.Text?.Normalise();
        return batch;
    }

    private static TrainingBatch Empty(int size, int kept, bool chosen, PackedText? text) => new(
        size,
        new float[size * 3 * Side * Side],
        new long[size * Tokens],
        new long[size * Tokens],
        new long[size * Tokens],
        new float[size * NounCatalogue.All.Count],
        kept,
        kept == Tokens || chosen ? null : new long[size * kept],
        chosen ? new int[size][] : null,
        text);

    private void Draw(TrainingBatch batch, int index, Scene scene, int oversampling)
    {
        var rgb = _renderer.Rgb(scene, oversampling);
        for (var channel = 0; channel < 3; channel++)
        {
            var plane = batch.Pixels.AsSpan((index * 3 + channel) * Side * Side, Side * Side);
            float scale = 1 / (255 * Deviation[channel]), shift = -Mean[channel] / Deviation[channel];
            for (var i = 0; i < plane.Length; i++)
                plane[i] = rgb[i * 3 + channel] * scale + shift;
        }

        var labels = PatchLabels.Of(scene, TinyModelShape.Grid);
        labels.Nouns.CopyTo(batch.Nouns, index * Tokens);
        labels.Colours.CopyTo(batch.Colours, index * Tokens);
        labels.Places.CopyTo(batch.Places, index * Tokens);
        foreach (var thing in scene.Objects)
            batch.Present[index * NounCatalogue.All.Count + thing.Noun] = 1;
    }

    private void Ask(PackedText text, int picture, Scene scene, SceneRandom random)
    {
        var generator = new QuestionGenerator(scene, random);
        for (var misses = 0; misses < MissesUntilFull;)
        {
            if (generator.Ask(PickKind(random)) is { } question && !text.TryAdd(picture, scene, question))
                misses++;
        }
    }

    /// <summary>A question and more that the same tokens can answer: about the same noun, or about the whole picture.</summary>
    /// <returns>The words the tokens are to be chosen by.</returns>
    private int[] AskOneThing(PackedText text, int picture, Scene scene, SceneRandom random)
    {
        var generator = new QuestionGenerator(scene, random);
        Question? first;
        do
            first = generator.Ask(PickKind(random));
        while (first is null || !text.TryAdd(picture, scene, first));
        for (var tries = 0; tries < MoreTries; tries++)
        {
            var more = generator.Ask(PickKind(random));
            var fits = more is not null && more.Kind != first.Kind && more.Noun == first.Noun && more.Kind != QuestionKind.What && first.Kind != QuestionKind.What;
            if (fits)
                text.TryAdd(picture, scene, more!);
        }

        return vocabulary.Condition(first.Text);
    }

    private QuestionKind PickKind(SceneRandom random)
    {
        var at = random.NextFloat() * schedule.KindWeights.Sum();
        foreach (var kind in Kinds)
        {
            at -= schedule.KindWeights[(int)kind];
            if (at < 0)
                return kind;
        }

        return Kinds[^1];
    }

    private static void Keep(TrainingBatch batch, SceneRandom random)
    {
        if (batch.Kept is null)
            return;
        var order = new int[Tokens];
        for (var picture = 0; picture < batch.Size; picture++)
        {
            for (var i = 0; i < Tokens; i++)
                order[i] = i;
            random.Shuffle<int>(order);
            var kept = order.AsSpan(0, batch.KeptCount);
            kept.Sort();
            for (var i = 0; i < kept.Length; i++)
                batch.Kept[picture * batch.KeptCount + i] = picture * Tokens + kept[i];
        }
    }
}

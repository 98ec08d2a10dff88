using ResPrune.Inference.Models;
using ResPrune.TinyModel.Questions;
using ResPrune.TinyModel.Scenes;
using ResPrune.TinyModel.Vocabulary;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ResPrune.TinyModel.Training;

/// <summary>
/// Teaches the eyes: each projected token is classified by its cosine with word embeddings (which noun, which colour, which place), so that
/// visual tokens and words come to lie in one space; and the class token, through a head that is thrown away, tells which nouns are present,
/// so that its attention points at things.
/// </summary>
internal sealed class PatchLoss : IDisposable
{
    public const string HeadName = "training.class_head";

    // Kept alive: a temporary Scalar's finalizer can free it while the native call still reads it.
    private static readonly Scalar Sharpness = 20f.ToScalar();
    private static readonly Scalar PresenceWeight = 4f.ToScalar();
    private static readonly Scalar MinorWeight = 0.5f.ToScalar();

    private const float Kinship = 0.12f;
    private static readonly Scalar KinshipWeight = 5f.ToScalar();
    private static readonly Scalar ThingCosine = 0.12f.ToScalar();

    // Words that ask for whatever is there: they are to point at things, not at the background, as "objects" does in a large model.
    private static readonly string[] ThingWords = ["objects", "object", "things", "image", "picture", "see", "show", "shown", "card"];

    private static readonly int Nouns = NounCatalogue.All.Count + 1;
    private static readonly int Colours = CardColours.All.Count;

    private readonly Tensor _words;
    private readonly Tensor _classes;
    private readonly Tensor _thingWords;
    private readonly Tensor _nounWords;

    public PatchLoss(TinyVocabulary vocabulary)
    {
        string[] nouns = [.. NounCatalogue.All.Select(n => n.Name), QuestionTemplates.Nothing];
        string[] colours = [.. CardColours.All.Select(c => c.Name)];
        string[] places = [.. Enumerable.Range(0, Place.Count).SelectMany(i => new Place(i).Name.Split(' ')).Distinct()];
        string[] plurals = [.. NounCatalogue.All.Select(n => n.Plural)];
        string[] words = [.. nouns, .. colours, .. places, .. plurals];
        var singular = nouns.Length + colours.Length + Place.Count;
        var classes = new float[(singular + plurals.Length) * words.Length];
        for (var i = 0; i < nouns.Length + colours.Length; i++)
            classes[i * words.Length + i] = 1;
        for (var i = 0; i < Place.Count; i++)
        {
            foreach (var word in new Place(i).Name.Split(' '))
                classes[(nouns.Length + colours.Length + i) * words.Length + nouns.Length + colours.Length + Array.IndexOf(places, word)] = 1;
        }

        for (var i = 0; i < plurals.Length; i++)
            classes[(singular + i) * words.Length + nouns.Length + colours.Length + places.Length + i] = 1;
        _words = tensor(words.Select(w => (long)vocabulary.Word(w)).ToArray()).DetachFromDisposeScope();
        _nounWords = tensor(NounCatalogue.All.SelectMany(n => new[] { (long)vocabulary.Word(n.Name), vocabulary.Word(n.Plural) }).ToArray()).DetachFromDisposeScope();
        _thingWords = tensor(ThingWords.Select(w => (long)vocabulary.Word(w)).Append(vocabulary.FirstWord("Describe")).ToArray()).DetachFromDisposeScope();
        _classes = tensor(classes).view(-1, words.Length).DetachFromDisposeScope();
    }

    /// <summary>The loss, and the share of patches whose noun is right.</summary>
    /// <param name="tokens">Projected visual tokens [B·144, C].</param>
    /// <param name="classHidden">The class token's features [B, Cv].</param>
    /// <param name="table">Word embeddings [V, C] in float32.</param>
    /// <param name="weights">For the class token's head.</param>
    /// <param name="batch">The labels.</param>
    public (Tensor Loss, float Accuracy) Forward(Tensor tokens, Tensor classHidden, Tensor table, StepWeights weights, TrainingBatch batch)
    {
        using var scope = NewDisposeScope();
        var classes = matmul(_classes, table.index_select(0, _words)); // [114, C]
        var directions = Unit(tokens.to_type(ScalarType.Float32)); // [B·144, C]
        var logits = matmul(directions, Unit(classes).t()) * Sharpness; // [B·144, 114]
        var nounLogits = logits.narrow(1, 0, Nouns);
        Tensor nouns = tensor(batch.Nouns), colours = tensor(batch.Colours), places = tensor(batch.Places);
        var minor = F.cross_entropy(logits.narrow(1, Nouns, Colours), colours, ignore_index: PatchLabels.Ignored)
            .Plus(F.cross_entropy(logits.narrow(1, Nouns + Colours, Place.Count), places, ignore_index: PatchLabels.Ignored))
            .Plus(F.cross_entropy(
                logits.narrow(1, Nouns + Colours + Place.Count, NounCatalogue.All.Count),
                tensor(batch.Nouns.Select(n => n == PatchLabels.Background ? PatchLabels.Ignored : n).ToArray()),
                ignore_index: PatchLabels.Ignored));
        var present = tensor(batch.Present).view(batch.Size, -1);
        var guess = F.linear(classHidden.to_type(ScalarType.Float32), weights.View(HeadName + ".weight"), weights.View(HeadName + ".bias"));
        var loss = F.cross_entropy(nounLogits, nouns, ignore_index: PatchLabels.Ignored)
            .Plus(minor * MinorWeight)
            .Plus(ThingLoss(directions, Unit(table.index_select(0, _thingWords)), batch.Nouns) * MinorWeight)
            .Plus(KinshipLoss(directions, Unit(table.index_select(0, _nounWords)), batch.Nouns) * KinshipWeight)
            .Plus(F.binary_cross_entropy_with_logits(guess, present) * PresenceWeight);
        var accuracy = Accuracy(nounLogits.detach().argmax(1).data<long>().ToArray(), batch.Nouns);
        return (loss.MoveToOuterDisposeScope(), accuracy);
    }

    private static Tensor ThingLoss(Tensor directions, Tensor words, long[] nouns)
    {
        var clear = Enumerable.Range(0, nouns.Length).Where(i => nouns[i] != PatchLabels.Ignored).Select(i => (long)i).ToArray();
        var isThing = tensor(clear.Select(i => nouns[i] == PatchLabels.Background ? 0f : 1f).ToArray()).unsqueeze(1).expand(-1, words.size(0));
        var guess = (matmul(directions.index_select(0, tensor(clear)), words.t()) - ThingCosine) * Sharpness; // [clear, words]
        return F.binary_cross_entropy_with_logits(guess, isThing);
    }

    /// <summary>
    /// Every thing is to be a little like every noun, as all cosines in a large model are positive: relevance cuts off below zero, and what
    /// stands beside the thing a question names must not be worth less than the background.
    /// </summary>
    private static Tensor KinshipLoss(Tensor directions, Tensor words, long[] nouns)
    {
        var things = Enumerable.Range(0, nouns.Length).Where(i => nouns[i] is >= 0 and < PatchLabels.Background).Select(i => (long)i).ToArray();
        return F.relu(tensor(Kinship) - matmul(directions.index_select(0, tensor(things)), words.t())).mean();
    }

    private static Tensor Unit(Tensor x) => x * (x * x).sum(1, keepdim: true).rsqrt();

    private static float Accuracy(long[] guesses, long[] labels)
    {
        int things = 0, right = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] is PatchLabels.Ignored or PatchLabels.Background)
                continue;
            things++;
            if (guesses[i] == labels[i])
                right++;
        }

        return (float)right / Math.Max(1, things);
    }

    public void Dispose()
    {
        _words.Dispose();
        _classes.Dispose();
        _thingWords.Dispose();
        _nounWords.Dispose();
    }
}

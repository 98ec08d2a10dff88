using ResPrune.Inference.Models;
using ResPrune.Inference.Models.Llava;
using ResPrune.Inference.Pruning;
using ResPrune.Inference.Weights;
using ResPrune.TinyModel.Scenes;
using ResPrune.TinyModel.Vocabulary;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace ResPrune.TinyModel.Training;

/// <summary>Runs batches through the very model that serves, and its losses back into the weights. One thread owns it.</summary>
internal sealed class Learner : IDisposable
{
    private const double PruningAlpha = 0.75;
    private const int MentionLayer = 1;
    private const float MentionWeight = 3;
    private const string MentionHead = "training.mention_head";
    private const string TableName = "language_model.model.embed_tokens.weight";

    private readonly LlavaConfig _config;
    private readonly ScalarType _compute;
    private readonly PatchLoss _patchLoss;
    private readonly Tensor _prefix;
    private readonly TrainingWeight _table;
    private readonly ResPrunePruner _pruner = new();

    /// <param name="vocabulary">Ids.</param>
    /// <param name="compute">Type of the matrix products: bfloat16 where the CPU has it, else float32.</param>
    public Learner(TinyVocabulary vocabulary, ScalarType compute)
    {
        _config = TinyModelShape.Config(vocabulary, tied: true);
        _compute = compute;
        _patchLoss = new PatchLoss(vocabulary);
        _prefix = tensor(vocabulary.BeforeImage().Select(i => (long)i).ToArray()).DetachFromDisposeScope();
        Weights = TrainingWeights.Create(Build);
        _table = Weights.Entries.Single(e => e.Name == TableName);
    }

    public TrainingWeights Weights { get; }

    /// <summary>Forward, and backward when <paramref name="patchWeight"/> is given.</summary>
    /// <param name="batch">What to learn from.</param>
    /// <param name="patchWeight">Weight of the patch loss beside the answers'; null to only look.</param>
    public StepResult Run(TrainingBatch batch, float? patchWeight)
    {
        using var mode = patchWeight is null ? no_grad() : null;
        using var scope = NewDisposeScope();
        var weights = Weights.BeginStep(_compute);
        using var model = new LlavaModel(_config, weights);
        var table = weights.View(TableName);
        var pixels = tensor(batch.Pixels).view(batch.Size, 3, SceneRenderer.ModelSide, SceneRenderer.ModelSide).to_type(_compute);
        var (features, attention) = model.Vision.Forward(pixels); // [B, 1+144, Cv], [B, 144]
        var tokens = model.Projector.Forward(features.narrow(1, 1, TinyModelShape.VisualTokens)).flatten(0, 1); // [B·144, C]
        var (patchLoss, accuracy) = _patchLoss.Forward(tokens, features.select(1, 0), table, weights, batch);
        if (batch.Text is null)
        {
            if (patchWeight is not null)
                patchLoss.backward();
            return new StepResult(0, 0, patchLoss.item<float>(), accuracy, []);
        }

        if (batch.Conditions is not null)
            batch = batch with { Kept = Choose(tokens, attention, batch) };
        var (logits, mentionLoss) = Answer(model, weights, tokens, batch, batch.Text!); // [targets, V]
        var targets = tensor(batch.Text!.Targets.Select(t => (long)t.Token).ToArray());
        var shares = tensor(batch.Text.Targets.Select(t => t.Weight).ToArray());
        var answerLoss = (F.cross_entropy(logits, targets, reduction: TorchSharp.torch.nn.Reduction.None) * shares).sum();
        if (patchWeight is { } weight)
            answerLoss.Plus(mentionLoss * tensor(MentionWeight)).Plus(patchLoss * tensor(weight)).backward();
        var guesses = logits.detach().argmax(1).data<long>().ToArray();
        return new StepResult(answerLoss.item<float>(), mentionLoss.item<float>(), patchLoss.item<float>(), accuracy, guesses);
    }

    public void Dispose()
    {
        Weights.Dispose();
        _patchLoss.Dispose();
        _prefix.Dispose();
    }

    /// <summary>ResPrune's own choice for the question asked about each picture, as row numbers into [B·144].</summary>
    private long[] Choose(Tensor tokens, Tensor attention, TrainingBatch batch)
    {
        const int Count = TinyModelShape.VisualTokens;
        var width = _config.Text.HiddenSize;
        var values = tokens.detach().to_type(ScalarType.Float32).data<float>().ToArray();
        var seeds = attention.detach().to_type(ScalarType.Float32).contiguous().data<float>().ToArray();
        var table = Weights.Values.Slice(_table.Offset, _table.Length);
        var kept = new long[batch.Size * batch.KeptCount];
        for (var picture = 0; picture < batch.Size; picture++)
        {
            var ids = batch.Conditions![picture];
            var condition = new float[ids.Length * width];
            for (var i = 0; i < ids.Length; i++)
                table.Slice(ids[i] * width, width).CopyTo(condition.AsSpan(i * width));
            var choice = _pruner.Select(new TokenSelectionRequest
            {
                Tokens = new VisualTokens(values.AsMemory(picture * Count * width, Count * width), Count, width),
                Budget = batch.KeptCount,
                Condition = condition,
                SeedScores = seeds.AsMemory(picture * Count, Count),
                Alpha = PruningAlpha,
            });
            for (var i = 0; i < batch.KeptCount; i++)
                kept[picture * batch.KeptCount + i] = picture * Count + choice.Kept[i];
        }

        return kept;
    }

    private (Tensor Logits, Tensor MentionLoss) Answer(LlavaModel model, StepWeights weights, Tensor tokens, TrainingBatch batch, PackedText text)
    {
        var table = weights.View(TableName);
        long width = _config.Text.HiddenSize, visual = _prefix.numel() + batch.KeptCount;
        var kept = batch.Kept is null ? tokens : tokens.index_select(0, tensor(batch.Kept)); // [B·K, C]
        var prefix = table.index_select(0, _prefix).to_type(_compute).unsqueeze(0).expand(batch.Size, -1, -1);
        var seen = cat([prefix, kept.view(batch.Size, batch.KeptCount, width)], 1).flatten(0, 1); // [B·V, C]
        var asked = model.Language.Embed(tensor(text.Ids)).to_type(_compute); // [B·M·R, C]
        var places = new long[batch.Size * visual];
        for (var i = 0; i < places.Length; i++)
            places[i] = i % visual;
        var positions = cat([tensor(places), tensor(text.Positions)], 0);
        var mask = tensor(text.Mask).view(batch.Size, 1, text.Rows, text.Width, text.Width).to_type(_compute);
        var plan = new PackedAttention(batch.Size, visual, text.Rows, text.Width, mask);
        Tensor? middle = null;
        var hidden = model.Language.Forward(cat([seen, asked], 0), positions, plan, (layer, residual) =>
        {
            if (layer == MentionLayer)
                middle = residual.alias().MoveToOuterDisposeScope();
        }); // [N, C]
        var at = tensor(text.Targets.Select(t => t.Position + batch.Size * visual).ToArray());
        return (model.Language.Logits(hidden.index_select(0, at).to_type(ScalarType.Float32)), MentionLoss(middle!, weights, batch.Size * visual, text));
    }

    /// <summary>
    /// What the residual stream knows, halfway, at a noun named in a question: where it is and on which colours. Without this loss the step
    /// "find what is named" stays at chance for tens of thousands of pictures, because only answers two hops away teach it.
    /// </summary>
    private static Tensor MentionLoss(Tensor residual, StepWeights weights, long first, PackedText text)
    {
        var at = tensor(text.Mentions.Select(m => m.Position + first).ToArray());
        var labels = tensor(text.Mentions.SelectMany(m => m.Labels).ToArray()).view(-1, NounMention.LabelCount);
        var found = residual.index_select(0, at).to_type(ScalarType.Float32);
        found *= (found * found).mean([1], keepdim: true).rsqrt();
        var guess = F.linear(found, weights.View(MentionHead + ".weight"), weights.View(MentionHead + ".bias"));
        return F.binary_cross_entropy_with_logits(guess, labels);
    }

    private void Build(IWeightSource weights)
    {
        using var scope = NewDisposeScope();
        new LlavaModel(_config, weights).Dispose();
        weights.Take(PatchLoss.HeadName + ".weight", NounCatalogue.All.Count, _config.Vision.HiddenSize);
        weights.Take(PatchLoss.HeadName + ".bias", NounCatalogue.All.Count);
        weights.Take(MentionHead + ".weight", NounMention.LabelCount, _config.Text.HiddenSize);
        weights.Take(MentionHead + ".bias", NounMention.LabelCount);
    }
}

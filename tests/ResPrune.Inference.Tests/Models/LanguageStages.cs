using System.Text.Json;
using ResPrune.Inference.Engine;
using ResPrune.Inference.Models;
using ResPrune.Inference.Models.Language;
using ResPrune.Inference.Pruning;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace ResPrune.Inference.Tests.Models;

/// <summary>The stages behind the visual tokens, which every family has.</summary>
internal static class LanguageStages
{
    /// <summary>First layer and last logits with all tokens, last logits with each reference selection.</summary>
    public static void Check(
        GoldenModel golden,
        JsonElement reference,
        IModelCheckpoint checkpoint,
        DecoderModel language,
        VisualLayout layout,
        Tensor visualTokens,
        ITestOutputHelper output)
    {
        using var scope = NewDisposeScope();
        var all = VisualSelection.KeepAll(layout).Kept;
        var last = Prefill(language, checkpoint, reference, layout, visualTokens, all, hidden => golden.Check(reference, "text_hidden_first_layer", hidden, output));
        golden.Check(reference, "logits_last", last, output);
        foreach (var pruned in reference.GetProperty("pruned").EnumerateArray())
        {
            var kept = GoldenModel.Kept(pruned);
            var logits = Prefill(language, checkpoint, reference, layout, visualTokens, kept, _ => { });
            golden.Check(reference, $"pruned_{pruned.GetProperty("k").GetInt32()}_logits_last", logits, output);
        }
    }

    /// <summary>Logits at the last prompt position with the kept tokens. -> [V]</summary>
    public static Tensor Prefill(
        DecoderModel language,
        IModelCheckpoint checkpoint,
        JsonElement reference,
        VisualLayout layout,
        Tensor visualTokens,
        int[] kept,
        Action<Tensor> firstLayer)
    {
        using var scope = NewDisposeScope();
        var ids = GoldenModel.Ints(reference, "prompt_ids");
        var place = Array.IndexOf(ids, checkpoint.ImageTokenId);
        var embeds = new PromptEmbedder(language).Pack([new PromptPart(ids, place, visualTokens, kept)]);
        var length = (int)embeds.size(0);
        using var cache = new KvCache(checkpoint.Text, CPU, ScalarType.Float32);
        cache.Reserve(1, length);
        var hidden = language.Forward(
            embeds,
            PromptPositions.Pack([PromptPositions.Of(place, ids.Length - 1, layout, kept)], CPU),
            new PrefillAttention(cache, [length]),
            (layer, stream) =>
            {
                if (layer == 0) firstLayer(stream);
            });
        return language.Logits(hidden.narrow(0, length - 1, 1)).squeeze(0).MoveToOuterDisposeScope();
    }
}

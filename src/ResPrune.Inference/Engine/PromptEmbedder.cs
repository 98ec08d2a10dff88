using ResPrune.Inference.Models.Language;
using static TorchSharp.torch;

namespace ResPrune.Inference.Engine;

/// <summary>Puts the kept visual tokens in the place of the image placeholder. Shapes: N tokens of all prompts, C hidden.</summary>
internal sealed class PromptEmbedder(DecoderModel language)
{
    /// <summary>Embeds prompts one after another, each with its visual tokens in raster order. -> [N, C]</summary>
    public Tensor Pack(IReadOnlyList<PromptPart> prompts)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        foreach (var (ids, imagePosition, visualTokens, kept) in prompts)
        {
            Add(parts, ids.Take(imagePosition));
            parts.Add(kept.Length == visualTokens.size(0)
                ? visualTokens
                : visualTokens.index_select(0, Ids(kept.Select(index => (long)index)))); // [k, C]
            Add(parts, ids.Skip(imagePosition + 1));
        }

        return cat(parts, 0).MoveToOuterDisposeScope();
    }

    /// <summary>Embedding rows in float32 on the host, row-major [L·C].</summary>
    public float[] HostRows(IReadOnlyList<int> ids)
    {
        using var scope = NewDisposeScope();
        return language.Embed(Ids(ids.Select(id => (long)id))).to(ScalarType.Float32, CPU).data<float>().ToArray();
    }

    private void Add(List<Tensor> parts, IEnumerable<int> ids)
    {
        var array = ids.Select(id => (long)id).ToArray();
        if (array.Length > 0) parts.Add(language.Embed(Ids(array)));
    }

    private Tensor Ids(IEnumerable<long> ids) => tensor(ids.ToArray(), device: language.Device);
}

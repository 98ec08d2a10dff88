namespace ResPrune.Inference.Models.Llava;

/// <summary>
/// The two name layouts of LLaVA-1.5 checkpoints. Canonical is the published one (<c>language_model.model.…</c>); transformers ≥ 4.52 writes
/// <c>model.language_model.…</c> and <c>lm_head.weight</c>.
/// </summary>
internal static class LlavaWeightNames
{
    /// <summary>The canonical name of a stored tensor, or null for one that old exporters wrote and nothing reads.</summary>
    public static string? Canonical(string stored)
    {
        if (stored.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal)) return null;
        if (stored.EndsWith(".embeddings.position_ids", StringComparison.Ordinal)) return null;
        if (stored == "lm_head.weight") return "language_model.lm_head.weight";
        if (Strip(stored, "model.language_model.", "language_model.model.") is { } text) return text;
        if (Strip(stored, "model.vision_tower.", "vision_tower.") is { } vision) return vision;
        if (Strip(stored, "model.multi_modal_projector.", "multi_modal_projector.") is { } projector) return projector;
        return stored;
    }

    /// <summary>The part of the model that a canonical weight belongs to.</summary>
    public static ModelPart PartOf(string canonical)
    {
        if (canonical.StartsWith("vision_tower.", StringComparison.Ordinal)) return ModelPart.Vision;
        return canonical.StartsWith("language_model.", StringComparison.Ordinal) ? ModelPart.Language : ModelPart.Projector;
    }

    private static string? Strip(string stored, string prefix, string replacement) =>
        stored.StartsWith(prefix, StringComparison.Ordinal) ? string.Concat(replacement, stored.AsSpan(prefix.Length)) : null;
}

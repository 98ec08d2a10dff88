namespace ResPrune.Inference.Models.Qwen25VL;

/// <summary>
/// The two name layouts of Qwen2.5-VL checkpoints: the published one (<c>visual.…</c>, <c>model.…</c>) and the one of transformers ≥ 4.52
/// (<c>model.visual.…</c>, <c>model.language_model.…</c>), both with <c>lm_head.weight</c>. Canonical are the names the decoder takes and <c>visual.…</c>.
/// </summary>
internal static class Qwen25VLWeightNames
{
    /// <summary>The canonical name of a stored tensor, or null for one that old exporters wrote and nothing reads.</summary>
    public static string? Canonical(string stored)
    {
        if (stored.EndsWith("rotary_emb.inv_freq", StringComparison.Ordinal) || stored.EndsWith("rotary_pos_emb.inv_freq", StringComparison.Ordinal)) return null;
        if (stored == "lm_head.weight") return "language_model.lm_head.weight";
        if (Strip(stored, "model.visual.", "visual.") is { } vision) return vision;
        if (Strip(stored, "model.language_model.", "language_model.model.") is { } text) return text;
        return Strip(stored, "model.", "language_model.model.") ?? stored;
    }

    /// <summary>The name of a canonical weight in the published layout.</summary>
    public static string Published(string canonical) =>
        Strip(canonical, "language_model.model.", "model.") ?? Strip(canonical, "language_model.lm_head.", "lm_head.") ?? canonical;

    /// <summary>The part of the model that a canonical weight belongs to.</summary>
    public static ModelPart PartOf(string canonical)
    {
        if (!canonical.StartsWith("visual.", StringComparison.Ordinal)) return ModelPart.Language;
        return canonical.StartsWith("visual.merger.", StringComparison.Ordinal) ? ModelPart.Projector : ModelPart.Vision;
    }

    private static string? Strip(string stored, string prefix, string replacement) =>
        stored.StartsWith(prefix, StringComparison.Ordinal) ? string.Concat(replacement, stored.AsSpan(prefix.Length)) : null;
}

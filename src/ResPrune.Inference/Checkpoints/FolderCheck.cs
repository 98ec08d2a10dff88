using ResPrune.Inference.Engine;

namespace ResPrune.Inference.Checkpoints;

/// <summary>
/// The check of a folder at its opening: what people give in a checkpoint's place is told by its file names, in one line that says what it is and
/// what to do. Nothing is opened but <c>adapter_config.json</c>.
/// </summary>
internal static class FolderCheck
{
    /// <summary>
    /// Refuses what is recognisably no checkpoint. Where weights are not needed, a folder with <c>config.json</c> and nothing strange in it passes.
    /// </summary>
    /// <param name="directory">Full path, without a separator at its end.</param>
    /// <param name="needsWeights">Whether the folder must have weights too.</param>
    /// <exception cref="ModelLoadException">It is none, or cannot be read.</exception>
    public static void RequireCheckpoint(string directory, bool needsWeights)
    {
        if (!Directory.Exists(directory)) throw new ModelLoadException($"{directory}: {NoFolder(directory)}.");
        var (files, strange) = Look(directory);
        if (strange is not null) throw new ModelLoadException($"{directory}: {strange}.");
        if (!files.Contains(CheckpointFileNames.Config))
        {
            var others = files.Count == 0 ? "the folder is empty" : HasWeights(files) ? "the folder has weights without their settings" : "the folder has no model";
            throw new ModelLoadException(
                $"{Path.Combine(directory, CheckpointFileNames.Config)}: no such file: {others}; a checkpoint folder as published on Hugging Face is expected, "
                + "which 'resprune model pull ORG/NAME' fetches.");
        }

        if (needsWeights && !HasWeights(files)) throw WithoutWeights(directory);
    }

    /// <summary>What to throw when a folder's weights are needed and there are none.</summary>
    public static ModelLoadException WithoutWeights(string directory)
    {
        var missing = $"{Path.Combine(directory, CheckpointFileNames.Weights)}: not found, and no {CheckpointFileNames.WeightIndex}";
        return new ModelLoadException(Look(directory).Strange is { } strange
            ? $"{missing}: the folder {strange}."
            : $"{missing}: the folder has no weights. Download them, or the whole model with 'resprune model pull ORG/NAME'.");
    }

    /// <summary>What to add to a line about shards that are missing, where a download was cut off; else empty.</summary>
    public static string UnfinishedHint(string directory) => Unfinished(directory) is { } unfinished ? $" The folder {unfinished}." : string.Empty;

    /// <summary>A line about an adapter that lies beside whole weights; null when there is none.</summary>
    public static string? AdapterNotice(string directory)
    {
        var path = Path.Combine(directory, CheckpointFileNames.AdapterConfig);
        return File.Exists(path)
            ? $"{path}: there is an adapter (LoRA) beside the model's weights, which is not applied here; transformers would apply it. {Merge(directory)}."
            : null;
    }

    private static bool HasWeights(SortedSet<string> files) => files.Contains(CheckpointFileNames.Weights) || files.Contains(CheckpointFileNames.WeightIndex);

    private static string NoFolder(string path)
    {
        if (!File.Exists(path)) return "no such model folder";
        if (new FileInfo(path).LinkTarget is not null && !Path.Exists(path)) return FileStandIn.Missing(path);
        var format = ForeignFormat.Find([Path.GetFileName(path)]);
        var folder = Path.GetDirectoryName(path)!;
        return File.Exists(Path.Combine(folder, CheckpointFileNames.Config))
            ? $"is a file; give the folder that it lies in, '{folder}'"
            : $"is a file{(format is { } found ? $" ({found.Format.What})" : string.Empty)}, and a model is a folder; {ForeignFormat.UseOriginal}";
    }

    private static (SortedSet<string> Files, string? Strange) Look(string directory)
    {
        try
        {
            var files = new SortedSet<string>(Directory.EnumerateFiles(directory).Select(path => Path.GetFileName(path)), StringComparer.Ordinal);
            return (files, HasWeights(files) && files.Contains(CheckpointFileNames.Config) ? null : Strange(directory, files));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadException($"{directory}: cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>What a folder is that lacks its settings or its weights, and what to do; null when its files do not tell.</summary>
    private static string? Strange(string directory, SortedSet<string> files)
    {
        if (!files.Contains(CheckpointFileNames.Config) && Outer(directory, files) is { } outer) return outer;
        if (HasWeights(files)) return Unfinished(directory);
        if (files.FirstOrDefault(file => file == CheckpointFileNames.AdapterConfig || file.StartsWith("adapter_model.", StringComparison.Ordinal)) is { } adapter)
            return $"has only an adapter (LoRA, '{adapter}'), not the weights of the model that it adapts{Base(directory)}. {Merge(directory)}";
        if (Unfinished(directory) is { } unfinished) return unfinished;
        return ForeignFormat.Find(files) is { } found ? $"has {found.Format.What} ('{found.File}'). {Capital(found.Format.Advice)}" : null;
    }

    /// <summary>A folder around models, or of another kind of program.</summary>
    private static string? Outer(string directory, SortedSet<string> files)
    {
        if (files.Contains("model_index.json")) return "is a diffusers pipeline (model_index.json), which makes images; a vision-language model is needed";
        if (HubCacheFolder.Describe(directory) is { } cache) return cache;
        var inner = Directory.EnumerateDirectories(directory)
            .Where(folder => File.Exists(Path.Combine(folder, CheckpointFileNames.Config)))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (inner.Count == 0) return null;
        return $"has no {CheckpointFileNames.Config}, but its folder '{Path.GetFileName(inner[0])}' has: give '{inner[0]}'";
    }

    private static string? Unfinished(string directory) => PartialDownload.Find(directory) is { } part
        ? $"is a download that was cut off ('{part}' is not complete): type 'resprune model pull ORG/NAME' again, which goes on where it stopped"
        : null;

    private static string Base(string directory)
    {
        var path = Path.Combine(directory, CheckpointFileNames.AdapterConfig);
        var name = File.Exists(path) ? JsonField.Load(path).Optional("base_model_name_or_path")?.Text() : null;
        return name is null ? string.Empty : $" ({name})";
    }

    private static string Merge(string directory) =>
        $"Merge it once with peft: PeftModel.from_pretrained(BASE_MODEL, \"{directory}\").merge_and_unload().save_pretrained(NEW_DIR), and give NEW_DIR";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
